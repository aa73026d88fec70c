// Keeps "en 5 días" true while the page stays open. Without it the page shows what was true when it was made.

const language = document.documentElement.lang;
const MINUTE = 60, HOUR = 3600, DAY = 86400;

function said(count, unit, display) {
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: display }).format(count);
}

function amount(seconds) {
  const days = Math.floor(seconds / DAY), hours = Math.floor((seconds % DAY) / HOUR), minutes = Math.floor((seconds % HOUR) / MINUTE);
  if (days >= 3) return said(days, "day", "long");
  if (days) return said(days, "day", "long") + (hours ? " " + said(hours, "hour", "short") : "");
  if (hours) return said(hours, "hour", "long") + (minutes ? " " + said(minutes, "minute", "short") : "");
  return said(minutes, "minute", "long");
}

function renew() {
  for (const place of document.querySelectorAll("[data-until]")) {
    const seconds = Math.floor((new Date(place.dataset.until) - Date.now()) / 1000);
    if (seconds >= MINUTE) place.textContent = place.dataset.says.replace("{time}", amount(seconds));
  }
}

setInterval(renew, 30_000);
