/** A process that stood still says so, one that was only busy does not. */
import { expect, test } from '@jest/globals'
import { until } from '../test/until.ts'
import { watchStalls } from './stalls.ts'

test('says how long the process stood still, when that is as long as a session', async () => {
  const lines: string[] = []
  const say = (line: string) => void lines.push(line)
  let nowMs = 0
  let asked = 0
  const clock = () => {
    asked += 1
    return nowMs
  }
  const end = watchStalls(10_000, { notice: say, warning: say, error: say, debug: say }, 1, clock)
  const aTick = async () => {
    const before = asked
    await until(() => asked >= before + 2, { what: 'a tick', intervalMs: 1 })
  }
  nowMs += 9000
  await aTick()
  expect(lines).toEqual([])
  nowMs += 12_001
  await aTick()
  expect(lines).toEqual([expect.stringMatching(/^the process stood still for 12000 ms .* sessionTimeoutMs/)])
  end()
})
