// Follows an attempt while it moves, and gives the feedback's frame the height of what is in it.

const state = document.getElementById("state");
if (state) follow(state.dataset.events, document.getElementById("says"));

function follow(address, says) {
  const events = new EventSource(address); // where the answer ends it asks again by itself
  events.onmessage = (event) => {
    const told = JSON.parse(event.data);
    if (!told.over) {
      says.textContent = told.says;
      return;
    }
    events.close();
    location.reload();
  };
  events.onerror = () => {
    if (events.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 5000);
  };
}

const frame = document.getElementById("frame");
if (frame) {
  const fit = () => {
    const page = frame.contentDocument?.documentElement;
    if (page) frame.height = page.offsetHeight + 2;
  };
  frame.addEventListener("load", () => {
    fit();
    new ResizeObserver(fit).observe(frame.contentDocument.documentElement);
  });
  if (frame.contentDocument?.readyState === "complete") fit();
  addEventListener("resize", fit);
}
