/** An account as a person knows it, and as the ledger writes it. */
import { accounts } from '../../../../shared/contracts/lists.ts'
import { useConsoleTexts } from '../console-context.ts'

type KnownName = keyof typeof accounts

const isKnown = (name: string): name is KnownName => Object.hasOwn(accounts, name)

/** The words of the glossary; nothing for a name that the ledger should not have. */
export function AccountWords({ account }: { account: string }) {
  const { t } = useConsoleTexts()
  const name = account.split(':', 1)[0]!
  return <>{isKnown(name) ? t(`ledger.names.${name}`) : t('ledger.unknownAccount')}</>
}
