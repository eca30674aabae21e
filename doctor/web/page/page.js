"use strict";
// textual.js opens a download beside the page; ours is below the token, which only the page's own address tells.
const opened = window.open.bind(window);
const below = location.origin + location.pathname;
window.open = (url, target) =>
  opened(String(url).replace(`${location.origin}/download/`, `${below}download/`), target, "noopener");

// Ctrl-V pastes what the browser holds: the terminal would send it as a key, and the app knows its own clipboard only.
const pastes = (event) => event.ctrlKey && !event.altKey && event.key.toLowerCase() === "v";
window.addEventListener("keydown", (event) => pastes(event) && event.stopImmediatePropagation(), { capture: true });

// Keys go to the app once the socket is open, and to the button when the session has ended. textual.js tells by
// classes of the body which it is.
window.addEventListener("load", () => {
  const again = document.querySelector("#again");
  const terminal = document.querySelector(".xterm-helper-textarea");
  again.addEventListener("click", () => location.reload());
  const told = () => (document.body.classList.contains("-closed") ? again : terminal).focus();
  new MutationObserver(told).observe(document.body, { attributeFilter: ["class"] });
});
