import type { Customer } from '@/api/types';

export type Trait =
  | 'name'
  | 'email'
  | 'phone'
  | 'address'
  | 'tags'
  | 'emailConsent'
  | 'smsConsent'
  | 'personal';

type Told = Readonly<Record<Trait, string>>;

/** One line of a merge: what the kept record says afterwards, and what becomes of the other's. */
export interface Line {
  readonly trait: Trait;
  readonly after: string;
  /** It was missing, or is otherwise now, because of the other record. */
  readonly taken: boolean;
  /** What the other record says and the kept one does not take over. */
  readonly dropped: string;
}

function told(customer: Customer): Told {
  const { consent, address, tags } = customer;
  const given = (yes: boolean | undefined) => (yes ? 'yes' : 'no');
  return {
    name: customer.name,
    email: customer.email ?? '',
    phone: customer.phone ?? '',
    address: Object.values(address ?? {}).join(', '),
    tags: (tags ?? []).join(', '),
    emailConsent: given(consent?.email_marketing),
    smsConsent: given(consent?.sms_marketing),
    personal: given(consent?.personalisation),
  };
}

const TRAITS: readonly Trait[] = [
  'name',
  'email',
  'phone',
  'address',
  'tags',
  'emailConsent',
  'smsConsent',
  'personal',
];

/** What a merge comes to, trait by trait; those that neither record has are left out. */
export function linesOf(keeps: Customer, other: Customer, after: Customer): Line[] {
  const before = told(keeps);
  const theirs = told(other);
  const then = told(after);
  return TRAITS.filter((trait) => then[trait] || theirs[trait]).map((trait) => ({
    trait,
    after: then[trait],
    taken: then[trait] !== before[trait],
    dropped: theirs[trait] !== then[trait] && trait !== 'tags' ? theirs[trait] : '',
  }));
}

/** How likely two records are one person's, in three words. */
export function likelihood(score: number): 'sure' | 'likely' | 'possible' {
  if (score >= 0.85) return 'sure';
  return score >= 0.6 ? 'likely' : 'possible';
}
