/** An operator's document in English and its Korean one say the same: a change of one without the other fails, and says what is left to do. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import { errorCatalogue } from '../../shared/contracts/errors.ts'
import {
  anchorsOf,
  type CodeBlock,
  figuresIn,
  inlineCodeIn,
  linksIn,
  type Section,
  sectionsOf,
  textOf,
} from './markdown.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const koreanOf = (path: string): string => path.replace(/\.md$/, '.ko.md')

/** The documents that are there in both languages, by their English name. */
const paired = readdirSync(join(root, 'docs'))
  .filter(name => name.endsWith('.ko.md'))
  .map(name => `docs/${name.replace('.ko.md', '.md')}`)

const distinct = (values: Iterable<string>): string[] => [...new Set(values)].sort()

/** What the second list has less often than the first. */
const lessThan = (wanted: string[], given: string[]): string[] => {
  const count = (values: string[], value: string) => values.filter(each => each === value).length
  return distinct(wanted.filter(value => count(given, value) < count(wanted, value)))
}

/** What is left to do when one side of a pair has what the other has not. */
function unlike(path: string, title: string, [english, korean]: [string[], string[]]): string[] {
  const told = (file: string, other: string, missing: string[]) =>
    missing.length === 0 ? [] : [`${file}, "${title}": say what ${other} says with ${distinct(missing).join(', ')}`]
  return [
    ...told(koreanOf(path), path, lessThan(distinct(english), korean)),
    ...told(path, koreanOf(path), lessThan(distinct(korean), english)),
  ]
}

/** A code block in any language: comments are translated, and so is the message of an error. */
function untranslated({ language, lines }: CodeBlock): string[] {
  const comment = { bash: / *(?:^|\s)# .*$/, js: / *\/\/ .*$/ }[language]
  const told = lines.map(line => line.replace(/^( *"message": )".*"/, '$1…'))
  return [language, ...(comment ? told.map(line => line.replace(comment, '')) : told)]
}

const isItem = (line: string): boolean => /^ *(?:[-*]|\d+\.) /.test(line)

/** What a section has of each form; a table as the width of each row. */
const shapesOf = ({ tables, prose }: Section) => ({
  tables: tables.map(rows => rows.map(row => row.length)),
  items: prose.filter(isItem).length,
  paragraphs: prose.join('\n').split(/\n\n+/).length,
})

/** A link as the place it leads to: a heading by its number, a document by its English name. */
function placeOf(path: string, link: string): string {
  if (/^[a-z]+:/.test(link)) return link
  const [file = '', anchor] = link.split('#')
  const target = file === '' ? path : normalize(join('docs', file))
  const document = target.replace('.ko.md', '.md')
  if (anchor === undefined) return `a link to ${document}`
  const heading = anchorsOf(read(target)).indexOf(anchor)
  return heading === -1
    ? `a link to #${anchor}, which is no heading`
    : `a link to heading ${heading + 1} of ${document}`
}

/** Where the headings of a pair stop being alike, as what is left to do. */
function unlikeHeadings(path: string): string[] {
  const [english, korean] = [sectionsOf(read(path)), sectionsOf(read(koreanOf(path)))]
  const longest = english.length < korean.length ? korean : english
  const first = longest.findIndex((_, index) => english[index]?.level !== korean[index]?.level)
  if (first === -1) return []
  return [`${koreanOf(path)}: give it the headings of ${path}; they differ at or before "${longest[first]!.title}"`]
}

/** Sections that say the same. None when the headings differ: then their own test fails, and says where. */
function sectionPairs(path: string): [english: Section, korean: Section][] {
  if (unlikeHeadings(path).length > 0) return []
  const korean = sectionsOf(read(koreanOf(path)))
  return sectionsOf(read(path)).map((section, index) => [section, korean[index]!])
}

/** The prose of two sections, and their rows one by one. Rows are left out when they are not as many: that fails, too. */
function partPairs(english: Section, korean: Section): [english: string, korean: string][] {
  const prose = ({ title, prose: lines }: Section) => [title, ...lines].join('\n')
  const rows = (section: Section) => section.tables.flat().map(row => row.join(' '))
  const others = rows(korean)
  const pairs = rows(english).map((row, index): [string, string] => [row, others[index] ?? ''])
  return [[prose(english), prose(korean)], ...(pairs.length === others.length ? pairs : [])]
}

test('the runbook, errors, events and the guide to deploying are there in Korean', () => {
  expect(paired).toEqual(
    expect.arrayContaining(['runbook', 'errors', 'events', 'deploy'].map(name => `docs/${name}.md`)),
  )
})

describe.each(paired)('%s and its Korean version', path => {
  test('link each other below the title', () => {
    const name = path.replace('docs/', '')

    expect(read(path).split('\n').slice(1, 4)).toEqual(['', `[한국어](${koreanOf(name)})`, ''])
    expect(read(koreanOf(path)).split('\n').slice(1, 4)).toEqual(['', `[English](${name})`, ''])
  })

  test('have the same headings, by number and level', () => {
    expect(unlikeHeadings(path)).toEqual([])
  })

  test('have the same code blocks, but for comments and messages', () => {
    for (const [english, korean] of sectionPairs(path))
      expect({ title: english.title, code: korean.codeBlocks.map(untranslated) }).toEqual({
        title: english.title,
        code: english.codeBlocks.map(untranslated),
      })
  })

  test('have tables of the same size, and as many paragraphs and list items', () => {
    for (const [english, korean] of sectionPairs(path))
      expect({ title: english.title, ...shapesOf(korean) }).toEqual({ title: english.title, ...shapesOf(english) })
  })

  test('name the same things in code, section by section and row by row', () => {
    const left = sectionPairs(path).flatMap(([english, korean]) =>
      partPairs(english, korean).flatMap(([said, other]) =>
        unlike(path, english.title, [inlineCodeIn(said), inlineCodeIn(other)]),
      ),
    )

    expect(left).toEqual([])
  })

  // One way only: Korean writes figures where English writes words.
  test('have the same figures', () => {
    const left = sectionPairs(path).flatMap(([english, korean]) => {
      const missing = lessThan(figuresIn(textOf(english)), figuresIn(textOf(korean)))
      return missing.length === 0 ? [] : [`${koreanOf(path)}, "${korean.title}": say ${missing.join(', ')}, as ${path}`]
    })

    expect(left).toEqual([])
  })

  test('lead to the same places', () => {
    const left = sectionPairs(path).flatMap(([english, korean]) =>
      unlike(path, english.title, [
        linksIn(textOf(english)).map(link => placeOf(path, link)),
        linksIn(textOf(korean)).map(link => placeOf(koreanOf(path), link)),
      ]),
    )

    expect(left).toEqual([])
  })
})

test('a Korean document leads to Korean ones where there are any', () => {
  const documents = ['README.ko.md', ...paired.map(koreanOf)]
  const english = documents.flatMap(path =>
    linksIn(read(path).split('\n').slice(3).join('\n'))
      .filter(link => /^(?![a-z]+:)[^#]*[^o]\.md(?:#|$)/.test(link))
      .filter(link => existsSync(join(root, path, '..', koreanOf(link.split('#')[0]!))))
      .map(link => `${path}: lead to the Korean version of ${link}`),
  )

  expect(english).toEqual([])
})

test('the example of docs/errors.md has the message of each language', () => {
  for (const [path, language] of [
    ['docs/errors.md', 'en'],
    ['docs/errors.ko.md', 'ko'],
  ] as const) {
    const [example] = sectionsOf(read(path))[0]!.codeBlocks
    const { code, message } = JSON.parse(example!.lines.join('\n'))

    expect({ path, message }).toEqual({
      path,
      message: errorCatalogue[code as keyof typeof errorCatalogue].message[language],
    })
  }
})
