/** Korean texts of what every page of the console has: search, keys, side panel. */
export const shellKo = {
  brand: '운영 콘솔',
  close: '닫기',
  wholePage: '전체 화면으로 보기',
  visited: '(열어 본 결제)',
  search: {
    title: '찾기',
    button: '번호나 화면 찾기',
    label: '번호나 화면 이름',
    placeholder: '번호를 붙여 넣거나 화면 이름을 입력하세요',
    found: '갈 곳',
    none: '그런 화면이 없습니다.',
    count: '갈 곳 {{count}}곳',
    page: '화면',
    open: '이 번호의 화면 열기',
    lookup: '이 번호가 무엇의 것인지 찾기',
    merchant: '이 가맹점의 결제, 전체 기간',
  },
  keys: {
    title: '단축키',
    single: '한 글자 단축키 사용',
    singleNote: '입력란에 글을 쓰는 동안에는 한 글자 단축키가 동작하지 않습니다. 이 설정은 이 브라우저에만 저장됩니다.',
    actions: {
      search: '번호나 화면 찾기',
      open: '선택한 행 열기',
      close: '옆 창 닫기',
      next: '다음 행으로',
      previous: '이전 행으로',
      find: '목록의 조건 입력란으로',
      help: '단축키 보기',
    },
  },
}
