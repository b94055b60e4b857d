import { expect, test } from '@jest/globals'
import { decodeTime } from 'ulid'
import { operatorWrite } from '../../../../shared/contracts/operator-write.ts'
import { newOperatorKey } from './operator-key.ts'

const NOW_MS = Date.parse('2026-11-30T11:20:31.045Z')

test('a key is one that the API takes, says when it was made, and is made once', () => {
  const keys = Array.from({ length: 1_000 }, () => newOperatorKey(NOW_MS, crypto))
  for (const key of keys) expect(operatorWrite.key.safeParse(key).success).toBe(true)
  expect(decodeTime(keys[0]!.replace('console:', ''))).toBe(NOW_MS)
  expect(new Set(keys).size).toBe(keys.length)
})
