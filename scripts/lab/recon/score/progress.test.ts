/** A run that was ended goes on where it was. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { openProgress } from './progress.ts'
import type { WorldScore } from './score-world.ts'

const folder = mkdtempSync(join(tmpdir(), 'score-progress-'))
afterAll(() => rmSync(folder, { recursive: true }))

const of = { commit: 'abc', lines: 2_000, mix: 'standard', without: null }
const worldOf = (seed: number) => ({ seed, lines: 2_001 }) as WorldScore

describe('progress', () => {
  test('is empty at first, and has every world that was added', () => {
    const path = join(folder, 'new/run.jsonl')
    const first = openProgress(path, of)
    expect(first.done.size).toBe(0)
    first.add(worldOf(1))
    first.add(worldOf(2))
    expect([...openProgress(path, of).done]).toEqual([1, 2].map(seed => [seed, worldOf(seed)]))
  })

  test('forgets a line that was cut off, and goes on behind the whole ones', () => {
    const path = join(folder, 'cut.jsonl')
    openProgress(path, of).add(worldOf(1))
    appendFileSync(path, '{"of":{"comm')
    const again = openProgress(path, of)
    expect([...again.done.keys()]).toEqual([1])
    again.add(worldOf(2))
    expect([...openProgress(path, of).done.keys()]).toEqual([1, 2])
    expect(readFileSync(path, 'utf8')).not.toContain('"comm{')
  })

  test.each([{ commit: 'def' }, { lines: 100_000 }, { mix: 'harsh' }, { without: 'FEE' }])(
    'of another run is refused: %j',
    changes => {
      const path = join(folder, `${Object.keys(changes)[0]}.jsonl`)
      openProgress(path, of).add(worldOf(1))
      expect(() => openProgress(path, { ...of, ...changes })).toThrow('name another file')
    },
  )

  test('without a file keeps nothing', () => {
    const progress = openProgress(undefined, of)
    progress.add(worldOf(1))
    expect(progress.done.size).toBe(0)
  })
})
