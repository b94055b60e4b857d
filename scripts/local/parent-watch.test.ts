import { describe, expect, test } from '@jest/globals'
import { watchedParents } from './parent-watch.mjs'

const npm = { npm_lifecycle_event: 'start' }
const look = (names: Record<number, string>) => (pid: number) =>
  names[pid] === undefined ? undefined : { parent: pid - 1, name: names[pid] }

describe('the processes whose end means ours', () => {
  test('are npm and the shell it puts in between', () => {
    expect(watchedParents(look({ 50: 'sh', 49: 'npm start' }), 50, npm)).toEqual([50, 49])
  })

  test('is npm alone where the shell has made way', () => {
    expect(watchedParents(look({ 50: 'npm start', 49: 'bash' }), 50, npm)).toEqual([50])
  })

  test('is the shell alone when nobody came through npm', () => {
    expect(watchedParents(look({ 50: 'bash', 49: 'sshd' }), 50, {})).toEqual([50])
  })

  test('is never init', () => {
    expect(watchedParents(look({ 1: 'systemd' }), 1, npm)).toEqual([])
  })
})
