/** Records that were asked for before a join are not taken for those of the generation after it. */
import { expect, test } from '@jest/globals'
import { FetchWatch } from './fetch-watch.ts'

function createWatch() {
  const clock = { ms: 0 }
  return { watch: new FetchWatch(20_000, () => clock.ms), clock }
}

test('nothing is stale without a join', () => {
  const { watch } = createWatch()
  watch.started('1')
  expect(watch.mayBeStale).toBe(false)
})

test('a fetch that meets a join is stale until its broker is asked anew', () => {
  const { watch } = createWatch()
  watch.started('1')
  watch.started('2')
  watch.joined()
  expect(watch.mayBeStale).toBe(true)
  watch.started('1')
  expect(watch.mayBeStale).toBe(true)
  watch.started('2')
  expect(watch.mayBeStale).toBe(false)
})

test('what a fetch brought just before a join may still be on its way, what it brought long before is not', () => {
  const { watch, clock } = createWatch()
  watch.started('1')
  watch.ended('1')
  clock.ms += 999
  watch.joined()
  expect(watch.mayBeStale).toBe(true)

  const later = createWatch()
  later.watch.started('1')
  later.watch.ended('1')
  later.clock.ms += 1000
  later.watch.joined()
  expect(later.watch.mayBeStale).toBe(false)
})

test('a broker that is gone is waited for no longer than a fetch can take', () => {
  const { watch, clock } = createWatch()
  watch.started('gone')
  watch.joined()
  clock.ms += 20_000
  expect(watch.mayBeStale).toBe(true)
  clock.ms += 1
  expect(watch.mayBeStale).toBe(false)
})

test('when kafkajs has waited for all fetches before it joins, none is stale', () => {
  const { watch } = createWatch()
  watch.started('1')
  watch.allEnded()
  watch.joined()
  expect(watch.mayBeStale).toBe(false)
})
