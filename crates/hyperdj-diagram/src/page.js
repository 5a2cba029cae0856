"use strict";
// The page works without this: search, zoom and marks are added to what is there.
(function () {
  const one = (name) => document.getElementById(name);
  const search = one("search"), found = one("found"), picture = one("picture"), drawn = picture.querySelector("svg");
  const entries = Array.from(document.querySelectorAll("#list li"), (item) => ({
    item,
    link: item.firstElementChild,
    name: item.textContent.toLowerCase(),
    columns: item.dataset.columns.toLowerCase(),
  }));

  function look() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const entry of entries) {
      const hit = words.every((word) => entry.name.includes(word) || entry.columns.includes(word));
      entry.item.hidden = !hit;
      count += hit;
    }
    found.textContent = words.length === 0 ? "" : count === 1 ? "1 table" : count + " tables";
  }
  search.addEventListener("input", look);
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      const hits = entries.filter((entry) => !entry.item.hidden);
      const exact = hits.find((entry) => entry.name === search.value.trim().toLowerCase());
      const byName = hits.find((entry) => entry.name.includes(search.value.trim().toLowerCase()));
      const hit = exact || byName || hits[0];
      if (hit) hit.link.click();
    } else if (event.key === "Escape") {
      search.value = "";
      look();
    }
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target instanceof HTMLInputElement;
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      search.focus();
      search.select();
    }
  });

  const size = drawn.viewBox.baseVal;
  let scale = 1;
  function zoom(wanted, x, y) {
    const next = Math.min(4, Math.max(0.05, wanted));
    const atX = x === undefined ? picture.clientWidth / 2 : x, atY = y === undefined ? picture.clientHeight / 2 : y;
    const left = (picture.scrollLeft + atX) / scale, top = (picture.scrollTop + atY) / scale;
    scale = next;
    drawn.setAttribute("width", size.width * scale);
    drawn.setAttribute("height", size.height * scale);
    picture.scrollLeft = left * scale - atX;
    picture.scrollTop = top * scale - atY;
  }
  const fitting = () => Math.min(picture.clientWidth / size.width, picture.clientHeight / size.height);
  one("larger").addEventListener("click", () => zoom(scale * 1.25));
  one("smaller").addEventListener("click", () => zoom(scale / 1.25));
  one("real").addEventListener("click", () => zoom(1));
  one("whole").addEventListener("click", () => zoom(fitting()));
  document.querySelector(".tools").hidden = false;
  picture.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const frame = picture.getBoundingClientRect();
    zoom(scale * Math.exp(-event.deltaY / 400), event.clientX - frame.left, event.clientY - frame.top);
  }, { passive: false });
  picture.addEventListener("keydown", (event) => {
    if (event.target !== picture) return;
    if (event.key === "+" || event.key === "=") zoom(scale * 1.25);
    else if (event.key === "-") zoom(scale / 1.25);
    else if (event.key === "0") zoom(1);
  });

  function still(event) {
    event.preventDefault();
    event.stopPropagation();
  }
  let held = null;
  picture.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.pointerType !== "mouse") return;
    held = { x: event.clientX, y: event.clientY, left: picture.scrollLeft, top: picture.scrollTop, far: false };
  });
  window.addEventListener("pointermove", (event) => {
    if (!held) return;
    const x = event.clientX - held.x, y = event.clientY - held.y;
    held.far = held.far || Math.abs(x) + Math.abs(y) > 5;
    if (!held.far) return;
    picture.classList.add("moved");
    picture.scrollLeft = held.left - x;
    picture.scrollTop = held.top - y;
  });
  window.addEventListener("pointerup", () => {
    // The click that ends a drag opens nothing.
    if (held && held.far) window.addEventListener("click", still, { capture: true, once: true });
    held = null;
    picture.classList.remove("moved");
  });
  picture.addEventListener("dragstart", (event) => event.preventDefault());

  const lines = Array.from(drawn.querySelectorAll(".line"));
  function mark(table) {
    for (const line of lines) line.classList.toggle("of", table !== null && (line.dataset.from === table || line.dataset.to === table));
  }
  let current = null;
  const boxes = Array.from(drawn.querySelectorAll(".table"), (box) => ({ box, link: box.querySelector("a") }));
  for (const { box, link } of boxes) {
    for (const kind of ["pointerenter", "focusin"]) box.addEventListener(kind, () => mark(box.dataset.table));
    for (const kind of ["pointerleave", "focusout"]) box.addEventListener(kind, () => mark(current && current.dataset.table));
    // The whole box leads where its head does.
    box.addEventListener("click", (event) => {
      if (!link.contains(event.target)) location.hash = link.getAttribute("href");
    });
  }
  function follow() {
    const target = location.hash.slice(1);
    if (current) current.classList.remove("current");
    current = null;
    const hit = boxes.find(({ box, link }) => link.getAttribute("href") === "#" + target || box.id === target);
    if (hit) current = hit.box;
    mark(current && current.dataset.table);
    if (!current) return;
    current.classList.add("current");
    const frame = picture.getBoundingClientRect(), place = current.getBoundingClientRect();
    picture.scrollLeft += place.left - frame.left - (picture.clientWidth - place.width) / 2;
    picture.scrollTop += place.top - frame.top - (picture.clientHeight - place.height) / 2;
    if (current.id === target) {
      picture.scrollIntoView({ block: "center" });
      hit.link.focus({ preventScroll: true });
    } else {
      document.getElementById(target).focus({ preventScroll: true });
    }
  }
  window.addEventListener("hashchange", follow);
  zoom(Math.min(1, Math.max(0.35, fitting())), 0, 0);
  follow();
})();
