/** When a process gives memory back: by readings of the test's own, and a real one. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import { createLook } from './give-back-memory.mjs'

const MIB = 1_048_576

function process(heapMib: number) {
  const state = { cpuMs: 500, heapMib, collections: 0 }
  const collect = () => {
    state.collections++
    state.heapMib = 50
  }
  const look = createLook({ cpuMs: () => state.cpuMs, heapBytes: () => state.heapMib * MIB, collect }, 1_000)
  const lookTimes = (times: number) => {
    for (let time = 0; time < times; time++) look()
  }
  return { state, lookTimes }
}

describe('a look', () => {
  test('collects when the process has been quiet for a while, and again only when the heap has grown since', () => {
    const { state, lookTimes } = process(200)
    lookTimes(5)
    expect(state.collections).toBe(0)
    lookTimes(10)
    expect(state.collections).toBe(1)
    state.heapMib = 80
    lookTimes(1)
    expect(state.collections).toBe(2)
  })

  test('begins to count anew when the process is busy', () => {
    const { state, lookTimes } = process(200)
    lookTimes(5)
    state.cpuMs += 51
    lookTimes(6)
    expect(state.collections).toBe(0)
    state.cpuMs += 50
    lookTimes(1)
    expect(state.collections).toBe(1)
  })

  test('leaves a small heap alone', () => {
    const { state, lookTimes } = process(20)
    lookTimes(10)
    expect(state.collections).toBe(0)
  })
})

// Prints the sizes of its heap before and after.
const grownProcess = `
  import { setTimeout as sleep } from 'node:timers/promises'
  import { getHeapStatistics } from 'node:v8'
  import { giveBackMemory } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, 'give-back-memory.mjs')).href)}
  const sizeMib = () => Math.round(getHeapStatistics().total_physical_size / ${MIB})
  let kept = Array.from({ length: 2e6 }, (_, number) => ({ number }))
  const grownMib = sizeMib()
  kept = undefined
  giveBackMemory(100)
  for (let look = 0; look < 300 && sizeMib() > grownMib / 4; look++) await sleep(50)
  console.log(JSON.stringify([grownMib, sizeMib()]))`

test('a process that has grown gets small again', async () => {
  const args = ['--input-type=module', '--eval', grownProcess]
  const { stdout } = await promisify(execFile)(globalThis.process.execPath, args)
  const [grownMib, smallMib] = JSON.parse(stdout)
  expect(grownMib).toBeGreaterThan(60)
  expect(smallMib).toBeLessThan(grownMib / 4)
})
