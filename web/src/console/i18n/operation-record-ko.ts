/** Korean texts of an operation's request and answer, on the payment's page. */
export const operationRecordKo = {
  loading: '요청과 응답을 불러오고 있습니다…',
  failed: '요청과 응답을 불러오지 못했습니다',
  noted: '감사 로그: {{operator}}, {{action}}, {{time}}. 사유: {{reason}}',
  combined: '한 번의 호출로 승인과 매입을 요청했습니다. 두 작업의 요청과 응답이 같습니다.',
  request: '요청',
  key: '멱등 키',
  answer: '응답',
  status: 'HTTP {{status}}',
  keptUntil: '{{time}}까지 보관합니다.',
  event: '이벤트 {{type}}',
  eventKept: '이벤트는 지우지 않습니다.',
  missing: {
    job: '정기 작업이 시작해서 요청과 응답이 없습니다.',
    expiry: '다른 요청의 결과로 시작되어 자신의 요청과 응답이 없습니다. 그 요청은 위 번호로 찾을 수 있습니다.',
    noKey: '멱등 키 없이 온 요청입니다. 요청과 응답은 멱등 키와 함께만 보관합니다.',
    expired: '보관 기한이 지났습니다. 요청과 응답은 응답이 정해진 뒤 일정 기간(기본 15일)만 보관합니다.',
    undecided: '결과를 아직 몰라서 기록된 응답이 없습니다.',
  },
  expiredAnswer: '응답은 보관 기한이 지났습니다. 운영자가 보낸 요청은 지우지 않습니다.',
  repeat: '같은 요청 다시 보내기',
  repeatNote: '같은 멱등 키로 보내므로 기록된 응답을 그대로 받으며, 두 번 실행되지 않습니다.',
  repeatUndecided:
    '같은 멱등 키로 보내므로 두 번 실행되지 않습니다. 결과를 아직 모르면 매입사에 어떻게 되었는지 조회합니다.',
  repeatSession:
    '{{operator}}의 콘솔 세션이 필요합니다. 명령은 API 문서의 POST /operator/session이 만드는 console.cookies와 SECRET을 씁니다. 다른 운영자가 보내면 422입니다.',
  copy: {
    button: '복사',
    request: '요청 복사',
    answer: '응답 복사',
    event: '이벤트 복사',
    curl: 'curl 복사',
    done: '복사했습니다.',
    failed: '복사하지 못했습니다. 글을 직접 선택해 복사하세요.',
  },
}
