/** POST /operator/dead-letters/{partition}/{offset}/redrive: what it reads, what it answers, and what documents say about it. */
import { operatorWrites } from '../curl.ts'
import { deadLetterView, handledSample, handleLetterRequest, letterPath } from '../dead-letters.ts'
import { operatorWriteRefusals, sampleWrite } from '../operator-write.ts'
import { type DocsOf, defineContract } from '../route-contract.ts'

export const contract = defineContract({
  route: 'POST /operator/dead-letters/{partition}/{offset}/redrive',
  tag: 'operator',
  operator: 'operator',
  writes: true,
  routeClass: 'mutations',
  path: letterPath,
  body: handleLetterRequest,
  answers: { 200: deadLetterView },
  refusals: ['NOT_FOUND', 'DEAD_LETTER_CONFLICT', ...operatorWriteRefusals],
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'Send a dead letter to its topic again', ko: '데드 레터를 원래 토픽에 다시 보냅니다' },
  description: {
    en: 'The record goes to its own topic and partition, as it was: key, value and headers. One that fails again comes back as a new letter. After a crash Kafka may have it twice: consumers deduplicate.',
    ko: '레코드를 원래 토픽과 파티션에 키, 값, 헤더 그대로 보냅니다. 다시 실패하면 새 데드 레터가 됩니다. 도중에 죽으면 Kafka에 두 번 들어갈 수 있지만 컨슈머가 중복을 걸러 냅니다.',
  },
  requests: {
    example: { summary: { en: 'One that waits', ko: '대기 중' }, value: { ...sampleWrite, state: 'WAITING' } },
  },
  answers: {
    200: {
      words: { en: 'The letter, as it is now.', ko: '지금의 데드 레터입니다.' },
      examples: { example: { summary: { en: 'Redriven', ko: '재투입됨' }, value: handledSample('REDRIVEN') } },
    },
  },
  curl: operatorWrites('dead-letters/0/17/redrive', ',\\"state\\":\\"WAITING\\"'),
})
