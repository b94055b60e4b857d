/** POST /operator/reconciliation/breaks/{breakId}/note: what it reads, what it answers, and what documents say about it. */
import { newestBreak, operatorWrites } from '../curl.ts'
import { operatorWrite, operatorWriteRefusals, sampleWrite } from '../operator-write.ts'
import { breakPath, breakView, sampleBreak } from '../recon-views.ts'
import { onlyThese } from '../requests.ts'
import { type DocsOf, defineContract } from '../route-contract.ts'

export const contract = defineContract({
  route: 'POST /operator/reconciliation/breaks/{breakId}/note',
  tag: 'operator',
  operator: 'operator',
  writes: true,
  routeClass: 'mutations',
  path: breakPath,
  body: onlyThese(operatorWrite).meta({ id: 'NoteBreakRequest' }),
  answers: { 200: breakView },
  refusals: ['NOT_FOUND', 'BREAK_CONFLICT', ...operatorWriteRefusals],
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'Write a note on a break', ko: '불일치에 메모를 남깁니다' },
  description: {
    en: 'As `npm run breaks -- note`: `reason` is the note. It names no `version`, since a note stays right when somebody did something with the break meanwhile. An open break only.',
    ko: '`npm run breaks -- note`와 같습니다. `reason`이 메모입니다. 그사이 다른 조치가 있어도 메모는 유효하므로 `version`을 보내지 않습니다. 닫힌 불일치에는 남길 수 없습니다.',
  },
  requests: {
    example: {
      summary: { en: 'What the acquirer said', ko: '카드사의 답변' },
      value: { ...sampleWrite, reason: 'the acquirer corrects it on Friday' },
    },
  },
  answers: {
    200: {
      words: { en: 'The break.', ko: '불일치입니다.' },
      examples: {
        example: {
          summary: { en: 'As before, with one action more', ko: '조치가 하나 늘어난 불일치' },
          value: { ...sampleBreak(), version: sampleBreak().version + 1 },
        },
      },
    },
  },
  curl: `${newestBreak()}${operatorWrites('reconciliation/breaks/$BREAK_ID/note')}`,
})
