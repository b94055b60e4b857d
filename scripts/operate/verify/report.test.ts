/** What a person reads: one line an invariant, offending rows under it, colours only where they are wanted. */
import { expect, test } from '@jest/globals'
import type { InvariantResult } from '../../../shared/invariants/judge.ts'
import { paintFor } from '../../terminal/output.ts'
import { linesOf } from './report.ts'
import type { VerifyReport } from './verify-system.ts'

const resultOf = (changes: Partial<InvariantResult>): InvariantResult => ({
  name: 'an-invariant',
  group: 'Payments',
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
  acquirer: { decisions: 2 },
})

const plain = paintFor({ write: () => {} }, {})

test('each invariant has one line with its name and count', () => {
  const lines = linesOf(reportOf([resultOf({})]), plain, 1.25)
  expect(lines[1]).toBe('ok       Everything is as it should be. [an-invariant, 1,234 checked]')
  expect(lines.at(-1)).toBe('All 1 invariants hold.')
  expect(lines.at(-2)).toContain(
    '3 distinct events in Kafka in 4 records (1 duplicates), 2 decisions of the acquirer, 1.3 s',
  )
})

test('offending rows follow, and how many more there are', () => {
  const rows = [{ row: 'pay_1', problem: 'captured 2, expected 1' }]
  const lines = linesOf(reportOf([resultOf({ ok: false, failed: 3, rows })]), plain, 0)
  expect(lines.slice(1, 4).map(line => line.trim())).toEqual([
    'failed   Everything is as it should be. [an-invariant, 1,234 checked]',
    'pay_1: captured 2, expected 1',
    '… and 2 more',
  ])
  expect(lines.at(-1)).toBe('1 of 1 invariants are broken: an-invariant.')
})

test('what is pending is said, and is no failure', () => {
  const lines = linesOf(reportOf([resultOf({ pending: 1, rows: [{ row: 'op_1', problem: 'young' }] })], 1), plain, 0)
  expect(lines[1]).toMatch(/^pending /)
  expect(lines.at(-1)).toMatch(/^All 1 invariants hold, 1 findings pending/)
})

test('each group has its name above it, in the order of the results', () => {
  const results = [resultOf({}), resultOf({ name: 'another' }), resultOf({ group: 'Kafka' })]
  const lines = linesOf(reportOf(results), plain, 0).map(line => line.split(' ')[0])
  expect(lines.slice(0, 7)).toEqual(['Payments', 'ok', 'ok', '', 'Kafka', 'ok', ''])
})

test('a group that could not be judged says why, and is no failure', () => {
  const report = { ...reportOf([resultOf({})]), acquirer: { whyNot: 'it keeps no journal' } }
  const lines = linesOf(report, plain, 1)
  expect(lines).toContain('skipped  it keeps no journal')
  expect(lines.at(-2)).not.toContain('decisions')
  expect(lines.at(-1)).toBe('All 1 invariants hold.')
})

test('a terminal shows failures in red and what holds in green', () => {
  const colored = paintFor({ write: () => {}, isTTY: true }, {})
  const lines = linesOf(reportOf([resultOf({}), resultOf({ ok: false, failed: 1 })]), colored, 0)
  expect(lines[1]).toContain('\u001B[32mok      \u001B[39m')
  expect(lines[2]).toContain('\u001B[31mfailed  \u001B[39m')
})
