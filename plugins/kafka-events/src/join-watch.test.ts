/** A join that is under way explains a silence, and one that ended half-way is found by the heartbeats that go on. */
import { expect, test } from '@jest/globals'
import { JoinWatch } from './join-watch.ts'

const JOIN_MS_MAX = 90_000
const SILENCE_MS = 30_000

function createWatch() {
  const clock = { ms: 1000 }
  return { watch: new JoinWatch(JOIN_MS_MAX, () => clock.ms), clock }
}

test('a consumer is silent when nothing has come through for so long, its start included', () => {
  const { watch, clock } = createWatch()
  clock.ms += SILENCE_MS - 1
  expect(watch.isSilent(SILENCE_MS)).toBe(false)
  clock.ms += 1
  expect(watch.isSilent(SILENCE_MS)).toBe(true)
  watch.heartbeat()
  expect(watch.isSilent(SILENCE_MS)).toBe(false)
})

test('a join explains the silence for as long as a join may take, however often it is asked for', () => {
  const { watch, clock } = createWatch()
  watch.joining()
  clock.ms += JOIN_MS_MAX - 1
  watch.joining()
  expect(watch.isSilent(SILENCE_MS)).toBe(false)
  clock.ms += 1
  expect(watch.isSilent(SILENCE_MS)).toBe(true)
})

test('a join that is answered is a sign of life', () => {
  const { watch, clock } = createWatch()
  watch.joining()
  clock.ms += JOIN_MS_MAX
  watch.joined()
  expect(watch.isJoining).toBe(false)
  expect(watch.isSilent(SILENCE_MS)).toBe(false)
})

test('heartbeats that go on after a join has begun say that it ended half-way; one that was under way does not', () => {
  const { watch, clock } = createWatch()
  watch.joining()
  clock.ms += 2000
  watch.heartbeat()
  expect(watch.isHalfJoined).toBe(false)
  clock.ms += 1
  watch.heartbeat()
  expect(watch.isHalfJoined).toBe(true)
  watch.joined()
  watch.heartbeat()
  expect(watch.isHalfJoined).toBe(false)
})
