/** POST /operator/dead-letters/{partition}/{offset}/skip: what it reads, what it answers, and what documents say about it. */
import { operatorWrites } from '../curl.ts'
import { deadLetterView, handledSample, handleLetterRequest, letterPath } from '../dead-letters.ts'
import { operatorWriteRefusals, sampleWrite } from '../operator-write.ts'
import { type DocsOf, defineContract } from '../route-contract.ts'

export const contract = defineContract({
  route: 'POST /operator/dead-letters/{partition}/{offset}/skip',
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
  summary: { en: 'Put a dead letter aside', ko: '데드 레터를 제외합니다' },
  description: {
    en: 'Nothing is sent, and the letter stays on its topic. It can still be redriven.',
    ko: '아무것도 보내지 않으며 데드 레터는 토픽에 남습니다. 나중에 재투입할 수 있습니다.',
  },
  requests: {
    example: { summary: { en: 'One that waits', ko: '대기 중' }, value: { ...sampleWrite, state: 'WAITING' } },
  },
  answers: {
    200: {
      words: { en: 'The letter, as it is now.', ko: '지금의 데드 레터입니다.' },
      examples: { example: { summary: { en: 'Put aside', ko: '제외됨' }, value: handledSample('PUT_ASIDE') } },
    },
  },
  curl: operatorWrites('dead-letters/0/17/skip', ',\\"state\\":\\"WAITING\\"'),
})
