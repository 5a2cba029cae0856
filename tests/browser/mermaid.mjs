// Has Mermaid itself read and draw diagrams: gives for each the error, or the texts of what it drew.
import { createRequire } from "node:module";
import { inPage } from "./open.mjs";

const script = createRequire(import.meta.url).resolve("mermaid/dist/mermaid.min.js");
await inPage(async (page, diagrams) => {
  await page.setContent("<!DOCTYPE html><title>Mermaid</title><div id=place></div>");
  await page.addScriptTag({ path: script });
  const results = await page.evaluate(async (texts) => {
    mermaid.initialize({ startOnLoad: false, securityLevel: "strict", maxTextSize: 1e7, maxEdges: 1e5 });
    const results = [];
    for (const [number, text] of texts.entries()) {
      try {
        await mermaid.parse(text.source);
        if (text.draw) {
          const { svg } = await mermaid.render("diagram" + number, text.source);
          const place = document.getElementById("place");
          place.innerHTML = svg;
          results.push({ texts: Array.from(place.querySelectorAll("text, span, p"), (part) => part.textContent.trim()) });
        } else {
          results.push({ texts: [] });
        }
      } catch (error) {
        results.push({ error: String(error.message || error) });
      }
    }
    return results;
  }, diagrams);
  return { results };
});
