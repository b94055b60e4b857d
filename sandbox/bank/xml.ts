/** Writes XML: elements with texts or with other elements in them. */

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escaped = (text: string): string => text.replace(/[&<>"]/g, character => escapes[character]!)

/** An element with a text. Attribute values are texts too. */
export function leaf(name: string, text: string, attributes: Record<string, string> = {}): string {
  const written = Object.entries(attributes).map(([attribute, value]) => ` ${attribute}="${escaped(value)}"`)
  return `<${name}${written.join('')}>${escaped(text)}</${name}>`
}

/** An element with elements, which are written already. */
export const node = (name: string, ...children: readonly string[]): string => `<${name}>${children.join('')}</${name}>`
