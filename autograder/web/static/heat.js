// Filters as one types, without loading the page again; and a click on a square opens the attempt. Without script the
// form has a button and each row a link.
const form = document.querySelector("form[data-live]");
const token = document.querySelector("[name=_xsrf]").value; // the hub wants it of whatever is not a navigation
let running = null;
let timer = 0;

async function refresh() {
  const asked = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value && value !== "all" && value !== "name") asked.set(name, value);
  const address = `${form.action.split("?")[0]}?${asked}`;
  running?.abort();
  running = new AbortController();
  try {
    const answer = await fetch(address, { signal: running.signal, headers: { "X-XSRFToken": token } });
    if (!answer.ok || answer.redirected) return form.submit();
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.getElementById("results").replaceWith(page.getElementById("results"));
    history.replaceState(null, "", address);
  } catch (error) {
    if (error.name !== "AbortError") form.submit();
  }
}

if (form) {
  form.querySelector("button").hidden = true;
  form.addEventListener("submit", (event) => { event.preventDefault(); refresh(); });
  form.addEventListener("change", refresh);
  form.addEventListener("input", (event) => {
    if (event.target.type !== "search") return;
    clearTimeout(timer);
    timer = setTimeout(refresh, 180);
  });
}

document.addEventListener("click", (event) => {
  const cell = event.target.closest("td");
  const row = cell?.closest("tr[data-row]");
  if (row && !event.target.closest("a") && !getSelection().toString()) location.assign(row.dataset.row);
});
