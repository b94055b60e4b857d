/** docs/recipes.md names files, commands and tests that exist, has every recipe, and answers thirty questions. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { projectRoot } from '../../scripts/local/paths.ts'

const QUESTION_COUNT = 30
const RECIPES = [
  'A route that reads',
  'A route that moves money',
  'A ledger entry type',
  'A topic with its event type',
  'A payment method',
  'An environment variable',
  'An npm command',
  'An invariant',
  'A migration',
]

const read = (path: string): string => readFileSync(join(projectRoot, path), 'utf8')
const text = read('docs/recipes.md')
const [recipes = '', questions = ''] = text.split('\n## Where is …?\n')

const firstFolders = '(?:shared|functions|scripts|deploy|test|docs|web|plugins|migrations)/'
const PATH = new RegExp(`^(?:${firstFolders}\\S*|[\\w.-]+\\.(?:yml|json|md))$`)
const COMMAND = /\bnpm (?:run ([\w:-]+)|(start|test)\b)/g

const unique = (values: Iterable<string>): string[] => [...new Set(values)].sort()
const codeIn = (markdown: string): string[] => [...markdown.matchAll(/`([^`\n]+)`/g)].map(match => match[1]!)

const paths = unique(codeIn(text).filter(code => PATH.test(code)))
const commands = unique([...text.matchAll(COMMAND)].map(([, script, short]) => (script ?? short)!))
const scripts: Record<string, string> = JSON.parse(read('package.json')).scripts

/** A path with `<name>` in it is a pattern: its folder must be there. */
const folderOrFile = (path: string): string => (path.includes('<') ? dirname(`${path.split('<')[0]}_`) : path)

test.each(paths)('%s exists', path => {
  expect({ path, exists: existsSync(join(projectRoot, folderOrFile(path))) }).toEqual({ path, exists: true })
})

test.each(commands)('npm has the command %s', command => {
  expect(Object.keys(scripts)).toContain(command)
})

describe('the recipes', () => {
  const sections = recipes.split(/\n(?=##+ )/).slice(1)

  test('are all there', () => {
    expect(sections.map(section => /^##+ (.+)/.exec(section)![1])).toEqual(RECIPES)
  })

  test.each(sections.map(section => [/^##+ (.+)/.exec(section)![1]!, section]))(
    '%s: numbered files, and what says that it is done',
    (_, section) => {
      const steps = section.split('\n').filter(line => /^\d+\. /.test(line))

      const numbers = steps.map(step => Number.parseInt(step, 10))
      expect(numbers.filter((number, index) => number !== 1 && number !== numbers[index - 1]! + 1)).toEqual([])
      expect(steps.length).toBeGreaterThan(2)
      for (const step of steps) expect([step, codeIn(step).some(code => PATH.test(code))]).toEqual([step, true])
      expect(section).toMatch(/^Done when .*`npm run /m)
    },
  )

  /** What complains, in the tables: `test/unit/x.test.ts`: words of a title. */
  const cited = recipes
    .split('\n')
    .filter(line => line.startsWith('| '))
    .flatMap(line => [...line.matchAll(/`([\w/-]+\.test\.ts)`: ([^|;]+?)(?: \||;)/g)])
    .map(match => [match[1]!, match[2]!.trim()] as const)

  test.each(cited)('%s has the title "%s"', (file, title) => {
    const source = read(file).replaceAll('\\`', '`')
    // A title is often written with a placeholder: `$file knows the $list`.
    const words = title.split(/\s+/).filter(word => /^[a-z]{3,}$/.test(word))

    expect({ file, title, missing: words.filter(word => !source.includes(word)) }).toEqual({ file, title, missing: [] })
  })
})

describe('the questions', () => {
  const rows = questions
    .split('\n')
    .filter(line => line.startsWith('| '))
    .slice(2)
    .map(line => line.split('|').map(cell => cell.trim()))

  test(`are ${QUESTION_COUNT}, each asked once`, () => {
    expect(new Set(rows.map(([, question]) => question)).size).toBe(QUESTION_COUNT)
    expect(rows).toHaveLength(QUESTION_COUNT)
    for (const [, question] of rows) expect(question).toMatch(/\?$/)
  })

  test('have one file each as their answer, which answers no other', () => {
    const files = rows.map(([, , answer = '']) => /^`([^`]+)`$/.exec(answer)?.[1] ?? answer)

    expect(files.filter(file => !paths.includes(file))).toEqual([])
    expect(new Set(files).size).toBe(files.length)
  })
})
