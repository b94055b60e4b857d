/** Korean texts of signing in at an issuer, where the console is deployed. */
import type { IssuerClosed } from '../session/session.ts'

export const sessionKo = {
  signIn: '로그인',
  signInAgain: '다시 로그인',
  otherAccount: '다른 계정으로 로그인',
  leaving: '인증 서버로 이동하고 있습니다…',
  closed: {
    signedOut: {
      title: '로그인이 필요합니다',
      body: '조직의 계정으로 로그인하세요. 로그인을 마치면 지금 보던 주소로 돌아옵니다.',
    },
    ended: {
      title: '세션이 끝났습니다',
      body: '로그인한 시간이 다 되었거나 인증 서버가 세션을 끝냈습니다. 다시 로그인하면 조건을 그대로 둔 채 이 화면으로 돌아옵니다.',
    },
    idle: {
      title: '30분 동안 사용하지 않아 화면을 닫았습니다',
      body: '다시 로그인하면 조건을 그대로 둔 채 이 화면으로 돌아옵니다.',
    },
    noRole: {
      title: '이 계정에는 콘솔 역할이 없습니다',
      body: '로그인은 되었지만 조회자, 운영자, 승인자 가운데 한 가지 역할이 필요합니다. 계정 관리자에게 역할을 받은 뒤 다시 로그인하거나 다른 계정으로 로그인하세요.',
    },
    linkNotHere: {
      title: '이 콘솔은 링크로 로그인하지 않습니다',
      body: '링크는 개발용 컴퓨터의 콘솔에서만 쓸 수 있습니다. 링크를 주소에서 지웠고 아무 데도 보내지 않았습니다. 조직의 계정으로 로그인하세요.',
    },
    notBegunHere: {
      title: '이 로그인은 받아들일 수 없습니다',
      body: '이 탭에서 시작한 로그인이 아니거나 이미 쓴 로그인입니다. 아무 데도 보내지 않았습니다. 처음부터 다시 로그인하세요.',
    },
    refused: {
      title: '인증 서버가 로그인을 거절했습니다',
      body: '로그인을 취소했거나 이 계정에 허용되지 않았습니다. 다시 로그인할 수 있습니다.',
    },
    untrusted: {
      title: '인증 서버의 답을 믿을 수 없습니다',
      body: '답이 이 로그인의 것이 아니거나 약속한 형식이 아닙니다. 로그인하지 않았습니다. 되풀이되면 콘솔을 설치한 사람에게 알리세요.',
    },
    issuerAway: {
      title: '인증 서버에 연결하지 못했습니다',
      body: '인증 서버가 답하지 않거나 지금은 답할 수 없습니다. 잠시 뒤 다시 로그인하세요.',
    },
    unreachable: {
      title: '로그인을 확인하지 못했습니다',
      body: 'API에 연결할 수 없거나 API가 답하지 못했습니다. 세션이 끝났다는 뜻은 아닙니다.',
    },
    misconfigured: {
      title: '로그인 설정이 올바르지 않습니다',
      body: '이 페이지의 서버에 있는 console/sign-in.json이 잘못되었거나, 이 브라우저가 세션 저장을 막고 있습니다. 콘솔을 설치한 사람에게 알리세요.',
    },
  } satisfies Record<IssuerClosed, { title: string; body: string }>,
}
