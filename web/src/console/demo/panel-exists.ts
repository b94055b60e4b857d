/** Whether there is a demo panel: asked once, when the console is opened. */
import { useQuery } from '@tanstack/react-query'
import { DEMO_PATH } from '../../../../shared/contracts/demo-panel.ts'
import { useConsoleParts } from '../console-context.ts'
import { CallFailure } from '../session/session.ts'

/** False too while it is not known. */
export function usePanelExists(): boolean {
  const { session } = useConsoleParts()
  const { data = false } = useQuery({
    queryKey: ['demo-panel-exists'],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async () => {
      const { statusCode } = await session.ask({ method: 'GET', path: DEMO_PATH })
      if (statusCode !== 200 && statusCode !== 404) throw new CallFailure('unreachable')
      return statusCode === 200
    },
  })
  return data
}
