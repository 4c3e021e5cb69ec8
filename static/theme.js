// Applies what this browser remembers before the first paint: the theme and the widths of the columns. It is loaded
// as a small blocking script because the content security policy allows no inline one.
(() => {
  const root = document.documentElement;
  try {
    const theme = localStorage.getItem("gatekeeper:theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    const widths = JSON.parse(localStorage.getItem("gatekeeper:widths") ?? "{}");
    for (const name of ["--chat-width", "--queue-width"]) {
      if (Number.isFinite(widths[name])) root.style.setProperty(name, `${widths[name]}px`);
    }
  } catch {
    // Storage may be closed to us, or hold something else: the defaults are fine.
  }
})();
