/** Text as HTML: escaped, and the few CommonMark forms that our descriptions use. */

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

export const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, character => escapes[character]!)

/** A long name that may break where its words do. */
export const breakable = (name: string): string => escaped(name).replaceAll(/([_/.-])(?=\w)/g, '$1<wbr>')

const emphasized = (html: string): string =>
  html.replaceAll(/\*\*(.+?)\*\*/g, '<strong>$1</strong>').replaceAll(/\*(.+?)\*/g, '<em>$1</em>')

/** `code`, **strong** and *emphasis*; inside of code nothing else counts. */
export const inline = (text: string): string =>
  text
    .split('`')
    .map((part, index) => (index % 2 === 1 ? `<code>${breakable(part)}</code>` : emphasized(escaped(part))))
    .join('')

/** Paragraphs, separated by empty lines. */
export const paragraphs = (text: string): string =>
  text
    .split(/\n{2,}/)
    .map(paragraph => `<p>${inline(paragraph)}</p>`)
    .join('\n')

export const jsonBlock = (value: unknown): string =>
  `<pre><code>${escaped(typeof value === 'string' ? value.trimEnd() : JSON.stringify(value, null, 2))}</code></pre>`
