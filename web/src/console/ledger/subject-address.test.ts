import { expect, test } from '@jest/globals'
import { addressOf, kindOf } from './subject-address.ts'

test.each([
  ['bat_1', null, 'batch', '/settlement/batches/bat_1'],
  ['out_1', 'bat_2', 'payout', '/settlement/batches/bat_2'],
  ['out_1', null, 'payout', undefined],
  ['rcf_1', null, 'file', '/reconciliation/files/rcf_1'],
  ['brk_1', null, 'break', '/reconciliation/breaks/brk_1'],
  ['hld_1', null, 'reserve', undefined],
  ['odd', null, undefined, undefined],
])('%s of the batch %s is a %s at %s', (subjectId, batchId, kind, address) => {
  expect([kindOf(subjectId), addressOf(subjectId, batchId)]).toEqual([kind, address])
})
