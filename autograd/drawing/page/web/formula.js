// Formulas of steps as MathML: quotients of differentials as fractions, powers raised, indices lowered.

const MATH = "http://www.w3.org/1998/Math/MathML";
const RAISED = { "²": "2", "³": "3", "ᵀ": "T" };
const PARTS = /(?<top>∂[\p{L}\p{N}_.]+)\/(?<bottom>∂[\p{L}\p{N}_.]+)|(?<number>\d+(\.\d+)?(e[-+]?\d+)?)|(?<name>[\p{L}_][\p{L}\p{N}_.]*)|(?<raised>[²³ᵀ])|(?<sign>\+=|.)/gu;

function element(name, ...children) {
  const part = document.createElementNS(MATH, name);
  part.append(...children);
  return part;
}

// A name as it is written, and not in the italics of one letter; `Σ_rows` has an index.
function named(text) {
  const [, base, index] = /^(Σ)_(.+)$/.exec(text) ?? [];
  if (base) return element("msub", element("mo", base), named(index));
  const name = element("mi", text);
  name.setAttribute("mathvariant", "normal");
  return name;
}

// A formula has a math element for each word, because browsers break no line inside of one. Its text is read aloud.
function formula(text) {
  const spoken = Object.assign(document.createElement("span"), { className: "hidden", textContent: text });
  return [spoken, ...text.split(" ").flatMap((word) => [math(word), " "])];
}

function math(word) {
  const row = element("mrow");
  for (const { groups: { top, bottom, number, name, raised, sign } } of word.matchAll(PARTS)) {
    if (top) row.append(element("mfrac", named(top), named(bottom)));
    else if (number) row.append(element("mn", number));
    else if (name) row.append(named(name));
    else if (raised) row.append(element("msup", row.lastChild ?? element("mrow"), element("mn", RAISED[raised])));
    else if (sign) row.append(element("mo", sign === "@" ? "·" : sign));
  }
  // Some fonts have no parenthesis of the height of a line that stretches.
  if (!row.querySelector("mfrac")) for (const sign of row.querySelectorAll("mo")) sign.setAttribute("stretchy", "false");
  const whole = element("math", row);
  whole.setAttribute("aria-hidden", "true");
  return whole;
}
