// Shows the queue anew whenever the server says that it moved, and while something runs, each second. Without script the
// page is as true as when it was loaded.
const live = document.getElementById("live");
const token = document.querySelector("[name=_xsrf]").value; // the hub wants it of whatever is not a navigation
let busy = false;
let moving = 0;

async function refresh() {
  const held = document.getElementById("board").contains(document.activeElement) && document.activeElement !== document.body;
  if (busy || held || document.hidden) return;
  busy = true;
  try {
    const answer = await fetch(location.pathname, { headers: { "X-XSRFToken": token } });
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.getElementById("board").replaceChildren(...page.getElementById("board").childNodes);
  } finally {
    busy = false;
  }
}

const events = new EventSource(live.dataset.events);
events.onopen = () => { live.hidden = false; };
events.onerror = () => { live.hidden = events.readyState === EventSource.CLOSED; };
events.onmessage = (event) => {
  const counts = JSON.parse(event.data);
  moving = counts.queued + counts.running;
  refresh();
};
setInterval(() => { if (moving) refresh(); }, 1500);
