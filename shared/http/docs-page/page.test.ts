/** GET /docs as HTML: whole, safe, and the same for a reader who only hears it. */
import { describe, expect, test } from '@jest/globals'
import description from '../../../docs/openapi.json' with { type: 'json' }
import { languages } from '../../contracts/errors.ts'
import type { ApiDocument } from './document.ts'
import { renderDocsPage } from './page.ts'

const document = description as unknown as ApiDocument
const pages = languages.map(language => ({ language, html: renderDocsPage(document, language) }))
const matches = (html: string, pattern: RegExp): string[] => [...html.matchAll(pattern)].map(match => match[1]!)

/** The text outside of what is the same in every language: examples, commands, names. */
const proseOf = (html: string): string =>
  html
    .replaceAll(/<(pre|code|style|head)\b.*?<\/\1>/gs, ' ')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ')

describe.each(pages)('the page in $language', ({ language, html }) => {
  test('names every operation, every error and every object', () => {
    const ids = matches(html, / id="([^"]+)"/g)
    const operations = Object.values(document.paths).flatMap(item => Object.values(item).map(one => one.operationId))

    for (const id of [...operations, ...document['x-errors'].map(row => row.code), 'Payment', 'Operation'])
      expect(ids).toContain(id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('has no two regions of one name', () => {
    const headings = matches(html, /<section aria-labelledby="[^"]+"><h\d id="[^"]+">([^<]*)</g)
    expect(new Set(headings.map(heading => heading.toLowerCase())).size).toBe(headings.length)
    expect(headings.length).toBeGreaterThan(document.tags.length)
  })

  test('links only to itself, to the document and to its other language', () => {
    const ids = matches(html, / id="([^"]+)"/g)

    for (const href of matches(html, /<a [^>]*href="([^"]*)"/g)) {
      if (href.startsWith('#')) expect(ids).toContain(href.slice(1))
      else expect(['/openapi.json', '?lang=ko', '?lang=en']).toContain(href)
    }
  })

  test('loads and runs nothing', () => {
    expect(html).not.toMatch(/<script|<img|<iframe|<object|<form|\bon\w+=|\bstyle=|url\(|@import|javascript:/i)
    expect(matches(html, /<link [^>]*href="([^"]*)"/g)).toEqual([expect.stringMatching(/^data:image\/svg/)])
  })

  test('has landmarks, one first heading, no skipped level, and headed tables', () => {
    const levels = matches(html, /<h([1-6])/g).map(Number)

    for (const landmark of ['<header>', '<main id="main"', '<nav aria-label="', '<nav class="contents" aria-label="'])
      expect(html.split(landmark)).toHaveLength(2)
    expect(html).toContain('<a class="skip" href="#main">')
    expect(levels.filter(level => level === 1)).toHaveLength(1)
    levels.reduce((before, level) => {
      expect(level - before).toBeLessThanOrEqual(1)
      return level
    })
    expect(matches(html, /<(th(?! scope="(?:row|col)")(?=[ >]))/g)).toEqual([])
    expect(html.split('<table').length).toBe(html.split('<caption').length)
  })

  test('is in its language', () => {
    expect(html).toContain(`<html lang="${language}">`)
    const korean = proseOf(html).match(/[가-힣]+/g)?.length ?? 0

    if (language === 'en') expect(proseOf(html.replace('한국어', ''))).not.toMatch(/[가-힣]/)
    else expect(korean).toBeGreaterThan(800)
  })

  test('stays below 550 kB', () => {
    expect(Buffer.byteLength(html)).toBeLessThan(550_000)
  })
})

test('Korean readers meet no English sentence: every description that is shown has its Korean', () => {
  const english = proseOf(pages.find(page => page.language === 'ko')!.html).match(/[A-Z][a-z]+(?: [a-z]+){3,}/g)

  expect(english).toBeNull()
})

test('what a document says is text, never markup', () => {
  const evil = '<script>alert(1)</script>"\'&'
  const changed = structuredClone(document)
  changed.info.title = evil
  changed.info.description = evil
  const operation = changed.paths['/payments']!.get!
  operation.summary = evil
  operation.description = `\`${evil}\``
  operation['x-codeSamples'] = [{ source: evil }]

  const html = renderDocsPage(changed, 'en')

  expect(html).not.toContain('<script')
  expect(html.split('&lt;script&gt;').length).toBeGreaterThanOrEqual(6)
})
