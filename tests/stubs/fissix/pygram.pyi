from .pgen2.driver import Grammar

class Symbols:
    atom: int
    testlist_gexp: int

python_grammar: Grammar
python_grammar_no_print_statement: Grammar
python_grammar_no_print_and_exec_statement: Grammar
python_symbols: Symbols
