// On a phone the navigation is wider than the screen: bring the entry of this page into sight.
const list = document.querySelector(".nav ul");
const here = list?.querySelector("[aria-current]");
if (here) list.scrollLeft = here.offsetLeft - (list.clientWidth - here.offsetWidth) / 2;
