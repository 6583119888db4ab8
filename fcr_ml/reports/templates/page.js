"use strict";

(() => {
  const ROWS_A_PAGE = 25;
  const ROWS_WORTH_A_SEARCH = 6;
  const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

  const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

  function theme() {
    const button = document.getElementById("theme");
    const themes = ["auto", "light", "dark"];
    let place = 0;
    button.hidden = false;
    button.addEventListener("click", () => {
      place = (place + 1) % themes.length;
      document.documentElement.dataset.theme = themes[place];
      button.querySelector("span").textContent = themes[place];
    });
  }

  function charts() {
    const options = {
      mode: "vega-lite",
      renderer: "svg",
      actions: false,
      ast: true,
      defaultStyle: false,
      tooltip: { disableDefaultStyle: true },
    };
    for (const place of document.querySelectorAll(".chart")) {
      const spec = JSON.parse(document.getElementById(`${place.id}-spec`).textContent);
      vegaEmbed(place, spec, options);
    }
  }

  // Cells without an order are missing figures: they stay last whichever way is sorted.
  function compared(a, b, direction) {
    if (a === undefined || b === undefined) return (a === undefined) - (b === undefined);
    const isNumber = a !== "" && b !== "" && !isNaN(a) && !isNaN(b);
    return direction * (isNumber ? a - b : collator.compare(a, b));
  }

  function table(box) {
    const body = box.querySelector("tbody");
    const heads = [...box.querySelectorAll("thead th")];
    const tools = box.querySelector(".tools");
    const search = tools.querySelector("input");
    const count = tools.querySelector("output");
    const pages = tools.querySelector(".pages");
    const all = [...body.rows].map((row, place) => ({ row, place, text: folded(row.textContent) }));
    let order = all;
    let page = 0;
    let isPrinting = false;

    function show() {
      const sought = folded(search.value).split(/\s+/).filter(Boolean);
      const found = order.filter((line) => sought.every((word) => line.text.includes(word)));
      const last = Math.max(0, Math.ceil(found.length / ROWS_A_PAGE) - 1);
      page = Math.min(page, last);
      const from = isPrinting ? 0 : page * ROWS_A_PAGE;
      const shown = found.slice(from, isPrinting ? undefined : from + ROWS_A_PAGE);
      const visible = new Set(shown);
      for (const line of all) line.row.hidden = !visible.has(line);
      const of = sought.length ? `${found.length} of ${all.length} rows` : `${all.length} rows`;
      count.textContent = last ? `${from + 1} – ${from + shown.length} of ${of}` : of;
      pages.hidden = last === 0;
      pages.firstElementChild.disabled = page === 0;
      pages.lastElementChild.disabled = page === last;
    }

    function sort(head, column) {
      const first = head.classList.contains("number") ? "descending" : "ascending";
      const other = first === "ascending" ? "descending" : "ascending";
      const next = head.getAttribute("aria-sort") === first ? other : first;
      const direction = next === "ascending" ? 1 : -1;
      const value = (line) => line.row.cells[column].dataset.order;
      for (const each of heads) each.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", next);
      order = [...all].sort((a, b) => compared(value(a), value(b), direction) || a.place - b.place);
      body.append(...order.map((line) => line.row));
      page = 0;
      show();
    }

    heads.forEach((head, column) => {
      if (all.length < 2) return;
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      button.addEventListener("click", () => sort(head, column));
      head.replaceChildren(button);
    });
    search.addEventListener("input", () => { page = 0; show(); });
    pages.addEventListener("click", (event) => {
      page += Number(event.target.value || 0);
      show();
    });
    addEventListener("beforeprint", () => { isPrinting = true; show(); });
    addEventListener("afterprint", () => { isPrinting = false; show(); });
    tools.hidden = all.length < ROWS_WORTH_A_SEARCH;
    show();
  }

  theme();
  document.querySelectorAll("div.table").forEach(table);
  charts();
})();
