/** Reads as much of a Markdown document as the tests of documents compare: sections, code blocks, tables, inline code, links. */

export interface Section {
  level: number
  title: string
  /** Each as its language and its lines. */
  codeBlocks: CodeBlock[]
  /** Each as its rows, without the line under the header; a row as its cells. */
  tables: string[][][]
  /** Everything else, line by line. */
  prose: string[]
}

export interface CodeBlock {
  language: string
  lines: string[]
}

const cellsOf = (line: string): string[] =>
  line
    .slice(1, line.lastIndexOf('|'))
    .split('|')
    .map(cell => cell.trim())

const isRule = (cells: string[]): boolean => cells.every(cell => /^:?-+:?$/.test(cell))

/** The sections of a document; what stands before the first heading is left out. */
export function sectionsOf(markdown: string): Section[] {
  const sections: Section[] = []
  let block: CodeBlock | undefined
  let isInTable = false
  for (const line of markdown.split('\n')) {
    const section = sections.at(-1)
    const fence = /^```(\w*)$/.exec(line)
    const heading = /^(#+) (.+)$/.exec(line)
    const wasInTable = isInTable
    isInTable = !block && line.startsWith('|')

    if (block && fence) block = undefined
    else if (block) block.lines.push(line)
    else if (heading)
      sections.push({ level: heading[1]!.length, title: heading[2]!, codeBlocks: [], tables: [], prose: [] })
    else if (!section) continue
    else if (fence) {
      block = { language: fence[1]!, lines: [] }
      section.codeBlocks.push(block)
    } else if (isInTable) {
      if (!wasInTable) section.tables.push([])
      if (!isRule(cellsOf(line))) section.tables.at(-1)!.push(cellsOf(line))
    } else section.prose.push(line)
  }
  return sections
}

/** Everything of a section that is not in a code block. */
export const textOf = ({ title, tables, prose }: Section): string => [title, ...tables.flat(2), ...prose].join('\n')

export const inlineCodeIn = (text: string): string[] => [...text.matchAll(/`([^`\n]+)`/g)].map(match => match[1]!)

const withoutInlineCode = (text: string): string => text.replaceAll(/`[^`\n]+`/g, '')

/** The targets of the links in a text. */
export const linksIn = (text: string): string[] =>
  [...withoutInlineCode(text).matchAll(/\]\(([^)\s]+)\)/g)].map(match => match[1]!)

/** The figures in a text, without those of inline code, of the targets of links and of numbered lists. */
export const figuresIn = (text: string): string[] =>
  withoutInlineCode(text)
    .replaceAll(/\]\([^)]*\)/g, ']')
    .replaceAll(/^ *\d+\. /gm, '')
    .match(/\d+(?:[.,]\d+)*/g) ?? []

/** The anchors of a document's headings, in their order, as GitHub makes them. */
export function anchorsOf(markdown: string): string[] {
  const used = new Map<string, number>()
  return sectionsOf(markdown).map(({ title }) => {
    const text = title.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    const slug = text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
      .replaceAll(' ', '-')
    const repeats = used.get(slug) ?? 0
    used.set(slug, repeats + 1)
    return repeats === 0 ? slug : `${slug}-${repeats}`
  })
}
