import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { paymentStatuses } from '../../../../shared/contracts/lists.ts'
import { createConsoleI18n } from './console-i18n.ts'
import { en } from './en.ts'
import { ko } from './ko.ts'

interface Tree {
  [key: string]: string | Tree
}

const leavesOf = (tree: Tree, path = ''): [string, string][] =>
  Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [[`${path}${key}`, value] as [string, string]] : leavesOf(value, `${path}${key}.`),
  )
const variablesOf = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(match => match[1]).sort()
const korean = new Map(leavesOf(ko))
const english = new Map(leavesOf(en))

describe("the console's texts", () => {
  test('are complete in both languages, with the same variables', () => {
    expect([...english.keys()].sort()).toEqual([...korean.keys()].sort())
    for (const [key, text] of korean) {
      const other = english.get(key)!
      expect([key, text.trim() !== '', other.trim() !== '']).toEqual([key, true, true])
      expect([key, variablesOf(other)]).toEqual([key, variablesOf(text)])
      expect([key, /[가-힣]/.test(other)]).toEqual([key, false])
    }
  })

  test('name each status by the word of the glossary', () => {
    const glossary = readFileSync(new URL('../../../../docs/glossary.md', import.meta.url), 'utf8')
    const words = new Map(
      [...glossary.matchAll(/^\| `([A-Z_]+)` \| ([^|]+?) \|/gm)].reverse().map(row => [row[1], row[2]]),
    )
    for (const status of paymentStatuses) expect([status, ko.statuses[status]]).toEqual([status, words.get(status)])
  })

  // The figure counts operations that nobody works on, the chart payments in a status, and the mark any pending operation.
  test('name what is not decided yet by what it is', () => {
    const glossary = readFileSync(new URL('../../../../docs/glossary.md', import.meta.url), 'utf8')
    for (const { overview, demo, list, statuses, timeline } of [ko, en]) {
      expect(demo.signs.unknown).toBe(overview.parts.unknown)
      expect([overview.payments.undecided, list.tabs.requested]).toEqual([statuses.REQUESTED, statuses.REQUESTED])
      expect(list.pending.toLowerCase()).toContain(timeline.states.PENDING.toLowerCase())
      expect(new Set([overview.parts.unknown, overview.payments.undecided, list.pending]).size).toBe(3)
    }
    expect(glossary).toContain(`| \`PENDING\` | ${ko.timeline.states.PENDING} |`)
    expect(ko.overview.parts.unknown).toContain(/^\| outcome unknown \| ([^|]+?) \|/m.exec(glossary)![1]!)
  })

  // "Waiting" is said by somebody who is at it. Whoever could not load a thing knows nothing of it.
  test('never say that something is awaited where it could not be loaded', () => {
    const failures = [...korean, ...english].filter(([key]) => /failed|failures|stale|unreachable/.test(key))
    expect(failures.length).toBeGreaterThan(20)
    for (const [key, text] of failures) expect([key, /기다리|대기|waiting|pending/i.test(text)]).toEqual([key, false])
  })

  test('are spoken by i18next', async () => {
    const i18n = createConsoleI18n('ko')
    expect(i18n.t('console:signOut')).toBe('로그아웃')
    await i18n.changeLanguage('en')
    expect(i18n.t('console:signOut')).toBe('Sign out')
  })
})
