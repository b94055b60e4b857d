/** The form of filters, a chip for each that is applied, and one for the days that a list has when it is not told. */
import { Link, useNavigate } from '@tanstack/react-router'
import { type FormEvent, useId, useState } from 'react'
import { testTokens } from '../../../../shared/contracts/test-tokens.ts'
import { useConsoleTexts } from '../console-context.ts'
import {
  ALL_TIME,
  type FilterForm,
  type FilterName,
  filterNames,
  formOf,
  isNoMethod,
  type ListSearch,
  searchOf,
} from './search.ts'

/** As long as the API takes them. */
const lengths: Partial<Record<FilterName, number>> = { merchantId: 32, orderId: 64, currency: 3, method: 44 }

export function Filters({ search }: { search: ListSearch }) {
  const form = formOf(search)
  return (
    <>
      {/* What the address says is what the fields begin with. */}
      <FieldsOf key={JSON.stringify(form)} search={search} form={form} />
      <Chips search={search} form={form} />
    </>
  )
}

function FieldsOf({ search, form }: { search: ListSearch; form: FilterForm }) {
  const { t } = useConsoleTexts()
  const navigate = useNavigate()
  const id = useId()
  const [isWrong, setWrong] = useState(isNoMethod(form.method))
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const given = Object.fromEntries(new FormData(event.currentTarget)) as unknown as FilterForm
    setWrong(isNoMethod(given.method))
    if (isNoMethod(given.method)) event.currentTarget.querySelector<HTMLElement>('[name="method"]')?.focus()
    else void navigate({ to: '/payments', search: searchOf(given, search) })
  }
  const method = {
    list: `${id}-methods`,
    'aria-invalid': isWrong,
    'aria-describedby': isWrong ? `${id}-wrong` : undefined,
    spellCheck: false,
  }
  return (
    <form className="console-filters" aria-label={t('list.filters')} onSubmit={submit}>
      {filterNames.map(name => (
        <label key={name}>
          <span>{t(name === 'method' ? 'list.methodField' : `list.${name}`)}</span>
          <input
            name={name}
            type={name === 'from' || name === 'to' ? 'date' : 'text'}
            defaultValue={form[name]}
            maxLength={lengths[name]}
            inputMode={name === 'amountMin' || name === 'amountMax' ? 'decimal' : undefined}
            autoComplete="off"
            data-find={name === 'merchantId' || undefined}
            {...(name === 'method' && method)}
          />
        </label>
      ))}
      <datalist id={method.list}>
        {testTokens.map(token => (
          <option key={token} value={token} />
        ))}
      </datalist>
      <button type="submit" className="button button-small">
        {t('list.apply')}
      </button>
      {isWrong && (
        <p id={`${id}-wrong`} className="small field-wrong" role="alert">
          {t('list.methodWrong')}
        </p>
      )}
    </form>
  )
}

function Chips({ search, form }: { search: ListSearch; form: FilterForm }) {
  const { t } = useConsoleTexts()
  const applied = filterNames.filter(name => search[name] !== undefined)
  const isAllTime = search.from === ALL_TIME && search.to === undefined
  const textOf = (name: FilterName): [label: string, value: string] => {
    if (name === 'from' && isAllTime) return ['', t('list.allTime')]
    return [t(`list.${name}`), name === 'from' && search.from === ALL_TIME ? t('list.beginning') : form[name]]
  }
  return (
    <ul className="console-chips" aria-label={t('list.chosen')}>
      {search.from === undefined && (
        <li>
          <strong className="chip">{t(search.to === undefined ? 'list.lastDays' : 'list.daysBefore')}</strong>
        </li>
      )}
      {applied.map(name => {
        const [label, value] = textOf(name)
        return (
          <li key={name}>
            <Link
              to="/payments"
              search={{ ...search, [name]: undefined, cursor: undefined }}
              aria-label={t('list.remove', { name: `${label} ${value}`.trim() })}
              className="chip"
            >
              {label} <strong>{value}</strong> <span aria-hidden="true">×</span>
            </Link>
          </li>
        )
      })}
      {applied.length > 0 && (
        <li>
          <Link to="/payments" search={search.tab ? { tab: search.tab } : {}} className="chip">
            {t('list.clear')}
          </Link>
        </li>
      )}
    </ul>
  )
}
