/** What a person reads: one line an invariant, offending rows under it, colours only where they are wanted. */
import { expect, test } from '@jest/globals'
import type { InvariantResult } from '../../../shared/invariants/judge.ts'
import { isColoured, linesOf, paint } from './report.ts'
import type { VerifyReport } from './verify-system.ts'

const resultOf = (changes: Partial<InvariantResult>): InvariantResult => ({
  name: 'an-invariant',
  group: 'payments',
  sentence: 'Everything is as it should be.',
  ok: true,
  checked: 1_234,
  failed: 0,
  pending: 0,
  rows: [],
  ...changes,
})

const reportOf = (results: InvariantResult[], pending = 0): VerifyReport => ({
  ok: results.every(result => result.ok),
  pending,
  figures: { payments: 1, outboxRows: 3, distinctEvents: 3, kafkaRecords: 4, duplicates: 1 },
  results,
})

test('each invariant has one line with its name and count', () => {
  const lines = linesOf(reportOf([resultOf({})]), paint(false), 1.25)
  expect(lines[0]).toBe('ok       Everything is as it should be. [an-invariant, 1,234 checked]')
  expect(lines.at(-1)).toBe('All 1 invariants hold.')
  expect(lines.at(-2)).toContain('3 distinct events in Kafka in 4 records (1 duplicates), 1.3 s')
})

test('offending rows follow, and how many more there are', () => {
  const rows = [{ row: 'pay_1', problem: 'captured 2, expected 1' }]
  const lines = linesOf(reportOf([resultOf({ ok: false, failed: 3, rows })]), paint(false), 0)
  expect(lines.slice(0, 3).map(line => line.trim())).toEqual([
    'failed   Everything is as it should be. [an-invariant, 1,234 checked]',
    'pay_1: captured 2, expected 1',
    '… and 2 more',
  ])
  expect(lines.at(-1)).toBe('1 of 1 invariants are broken: an-invariant.')
})

test('what is pending is said, and is no failure', () => {
  const lines = linesOf(
    reportOf([resultOf({ pending: 1, rows: [{ row: 'op_1', problem: 'young' }] })], 1),
    paint(false),
    0,
  )
  expect(lines[0]).toMatch(/^pending /)
  expect(lines.at(-1)).toMatch(/^All 1 invariants hold, 1 findings pending/)
})

test('colours need a terminal and no NO_COLOR', () => {
  expect(isColoured({ isTTY: true }, {})).toBe(true)
  expect([{ NO_COLOR: '1' }, { TERM: 'dumb' }].map(env => isColoured({ isTTY: true }, env))).toEqual([false, false])
  expect(isColoured({}, {})).toBe(false)
  expect(paint(true).red('x')).toBe('\u001B[31mx\u001B[0m')
})
