import { describe, expect, test } from '@jest/globals'
import {
  groupMemoryBytes,
  identityOf,
  isAlive,
  parentOf,
  parseCpuMs,
  parseRollup,
  parseStat,
  signalGroup,
  startMsOf,
} from './process-table.ts'

const unusedPid = 4_194_303

describe('a process is recognised', () => {
  test('by pid and start time together', () => {
    const self = identityOf(process.pid)
    expect(isAlive(self)).toBe(true)
    expect(isAlive({ ...self, startedAt: 'another boot:1' })).toBe(false)
  })

  test('as gone when there is no such pid', () => {
    expect(isAlive(identityOf(unusedPid))).toBe(false)
    expect(signalGroup(unusedPid, 'SIGTERM')).toBe(false)
  })
})

test('when a process started is told to about a second, and not of another boot', () => {
  const startMs = startMsOf(identityOf(process.pid).startedAt)!
  expect(Math.abs(startMs - performance.timeOrigin)).toBeLessThan(30_000)
  expect(startMsOf('another boot:1')).toBeUndefined()
})

test('a command with parentheses and spaces does not shift the columns', () => {
  const line = '42 (a) b (c) S 7 42 42 0 -1 4194560 1 0 0 0 1 2 0 0 20 0 1 0 987654 10 20'
  expect(parseStat(line)).toEqual({ state: 'S', parentPid: 7, group: 42, startTicks: '987654' })
})

test('the parent and the memory of a process are known', () => {
  expect(parentOf(process.pid)).toBe(process.ppid)
  expect(groupMemoryBytes(unusedPid)).toBe(0)
})

test('the use of memory and CPU is read from what Linux says', () => {
  const rollup = 'Rss:  2048 kB\nPss:  1024 kB\nPss_Anon:  512 kB\n'
  expect(parseRollup(rollup)).toEqual({ rssBytes: 2_097_152, pssBytes: 1_048_576 })
  const line = '42 (a) b (c) S 7 42 42 0 -1 4194560 1 0 0 0 13 29 0 0 20 0 1 0 987654 10 20'
  expect(parseCpuMs(line)).toBe(420)
})
