// The picture of this step as a file: SVG with its styles written out, or PNG by way of a canvas, because the policy allows no images.

const STYLES = [
  "fill", "fill-opacity", "stroke", "stroke-opacity", "stroke-width", "stroke-dasharray", "stroke-linejoin", "paint-order",
  "font-family", "font-size", "font-weight",
];
const paper = () => getComputedStyle(document.body).backgroundColor;

function standalone() {
  const copy = svg.cloneNode(true);
  const [from, to] = [svg, copy].map((root) => [...root.querySelectorAll("*")]);
  from.forEach((part, i) => {
    const style = getComputedStyle(part);
    for (const name of ["id", "class", "tabindex", "role", "aria-label", "data-gradient", "style"]) to[i].removeAttribute(name);
    if (style.visibility === "hidden") return to[i].remove();
    if (part.localName !== "g") for (const name of STYLES) to[i].setAttribute(name, style.getPropertyValue(name));
    return undefined;
  });
  copy.removeAttribute("style"); // the place of the view
  copy.setAttribute("viewBox", `${full.x} ${full.y} ${full.w} ${full.h}`);
  for (const [name, value] of Object.entries({ width: full.w, height: full.h })) copy.setAttribute(name, value);
  const { x, y, w: width, h: height } = full;
  copy.prepend(drawn("rect", { x, y, width, height, fill: paper() }));
  return new Blob([new XMLSerializer().serializeToString(copy)], { type: "image/svg+xml" });
}

function outline(part) {
  const value = (name) => Number(part.getAttribute(name));
  if (part.localName === "path") return new Path2D(part.getAttribute("d"));
  const path = new Path2D(part.points ? `M${part.getAttribute("points")}${part.localName === "polygon" ? "Z" : ""}` : undefined);
  if (part.localName === "ellipse") path.ellipse(value("cx"), value("cy"), value("rx"), value("ry"), 0, 0, 2 * Math.PI);
  if (part.localName === "rect") path.rect(value("x"), value("y"), value("width"), value("height"));
  return path;
}

function paint(pen, part) {
  const style = getComputedStyle(part);
  const width = parseFloat(style.strokeWidth);
  pen.globalAlpha = style.fillOpacity; // equal to that of the stroke
  [pen.fillStyle, pen.strokeStyle, pen.lineWidth, pen.lineJoin] = [style.fill, style.stroke, width, style.strokeLinejoin];
  pen.setLineDash(style.strokeDasharray === "none" ? [] : style.strokeDasharray.split(",").map(parseFloat));
  if (part.localName !== "text") {
    const path = outline(part);
    if (style.fill !== "none") pen.fill(path);
    if (style.stroke !== "none" && width) pen.stroke(path);
    return;
  }
  pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  pen.textAlign = { middle: "center", end: "right" }[style.textAnchor] ?? "left";
  const words = [part.textContent, Number(part.getAttribute("x")), Number(part.getAttribute("y"))];
  if (style.stroke !== "none") pen.strokeText(...words);
  pen.fillText(...words);
}

function canvas() {
  const scale = Math.min(2, 8000 / Math.max(full.w, full.h)); // browsers limit the size of a canvas
  const sheet = Object.assign(document.createElement("canvas"), { width: full.w * scale, height: full.h * scale });
  const pen = sheet.getContext("2d");
  pen.fillStyle = paper();
  pen.fillRect(0, 0, sheet.width, sheet.height);
  const user = svg.getScreenCTM().inverse();
  for (const part of svg.querySelectorAll("path, polygon, polyline, ellipse, rect, text")) {
    if (getComputedStyle(part).visibility === "hidden") continue;
    pen.save();
    pen.setTransform(new DOMMatrix([scale, 0, 0, scale, -full.x * scale, -full.y * scale]).multiply(user).multiply(part.getScreenCTM()));
    paint(pen, part);
    pen.restore();
  }
  return new Promise((done) => { sheet.toBlob(done); });
}

async function keep(form) {
  const url = URL.createObjectURL(form === "svg" ? standalone() : await canvas());
  const name = document.title.replace(/[^\p{L}\p{N}]+/gu, "-").slice(0, 60);
  Object.assign(document.createElement("a"), { href: url, download: `${name}-step-${step}.${form}` }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
