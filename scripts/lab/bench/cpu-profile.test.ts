import { describe, expect, test } from '@jest/globals'
import { type ProfileNode, sharesOf } from './cpu-profile.ts'

const node = (id: number, functionName: string, url: string, children: number[] = []): ProfileNode => ({
  id,
  callFrame: { functionName, url },
  children,
})

const nodes = [
  node(1, '(root)', '', [2, 3, 4, 9]),
  node(2, '(idle)', ''),
  node(3, '(garbage collector)', ''),
  node(4, 'handler', 'file:///repo/functions/api/authorize.ts?1', [5]),
  node(5, 'query', 'file:///repo/node_modules/mysql2/lib/connection.js', [6, 8]),
  node(6, 'write', 'node:internal/streams/writable', [7]),
  node(7, 'writev', ''),
  node(8, 'escape', '/repo/node_modules/a/node_modules/@scope/sql/index.js'),
  node(9, 'processTicks', 'node:internal/process/task_queues'),
]
const samples = [2, 3, 4, 5, 6, 7, 8, 9]

describe('sharesOf', () => {
  const timeDeltas = samples.map(id => id * 1_000)
  const profile = { nodes, samples, timeDeltas, startTime: 1_000_000, endTime: 1_044_000 }
  const shares = sharesOf(profile, '/repo', 1)
  const selfMs = Object.fromEntries(shares.map(share => [share.module, share.selfMs]))
  const withNodeMs = Object.fromEntries(shares.map(share => [share.module, share.withNodeMs]))

  test('time counts for the room, the package or the part of Node; native code for its caller', () => {
    expect(selfMs).toEqual({
      '(idle)': 2,
      '(garbage collector)': 3,
      'functions/api': 4,
      mysql2: 5,
      'node:internal/streams': 6 + 7,
      '@scope/sql': 8,
      'node:internal/process': 9,
    })
  })

  test('what Node does for a package counts for the package in the second column', () => {
    expect(withNodeMs.mysql2).toBe(5 + 6 + 7)
    expect(withNodeMs['node:internal/streams']).toBe(0)
    expect(withNodeMs['node:internal/process']).toBe(9)
  })

  test('only the end counts when only the end is asked for', () => {
    expect(sharesOf(profile, '/repo', 0.01).map(({ module, selfMs: ms }) => [module, ms])).toEqual([
      ['node:internal/process', 9],
      ['@scope/sql', 8],
    ])
  })

  test('no time is lost in either', () => {
    const sum = (values: number[]) => values.reduce((total, value) => total + value, 0)
    expect(sum(Object.values(selfMs))).toBe(44)
    expect(sum(Object.values(withNodeMs))).toBe(44)
  })
})
