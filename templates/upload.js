// Sends the form of upload.psp, and asks that page how far the upload is.
const sent = document.querySelector("#upload");
const read = async answer => new DOMParser().parseFromString(await (await answer).text(), "text/html");
sent.addEventListener("submit", async event => {
  event.preventDefault();
  const bar = document.querySelector("#bar"), token = sent.dataset.token;
  let done = false;
  const clock = setInterval(async () => {
    const now = (await read(fetch("upload.psp?ask=" + token))).querySelector("#bar");
    // an answer may come late
    if (!done && now.value > bar.value) { bar.max = now.max; bar.value = now.value; }
  }, 200);
  const body = new FormData(sent);
  const page = await read(fetch("upload.psp?progress=" + token, {method: "POST", body}));
  done = true;
  clearInterval(clock);
  bar.value = bar.max;
  const result = page.querySelector("#result");
  document.querySelector("#result").textContent = result ? result.textContent : page.body.textContent;
});
