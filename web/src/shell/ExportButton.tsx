'use client';

import { useMutation } from '@tanstack/react-query';
import { save } from '@/api/save';
import { useWords } from '@/i18n/locale';
import { Button } from '@/ui/Button';
import { useReason } from '@/ui/states';
import { MOST_WRITTEN, TooLong } from './csv';
import { MOST_HELD, TooMany } from './rows';

interface Props {
  /** The file, as the list is filtered and sorted now. A plain link would bear no token. */
  file: () => Promise<unknown>;
  name: string;
}

/** Saves a list as a table; what stops it is told below the button. */
export function ExportButton({ file, name }: Props) {
  const { t } = useWords();
  const why = useReason();
  const keep = useMutation({
    mutationFn: file,
    onSuccess: (content) => save(content as Blob, `${name}.csv`),
  });
  const { error } = keep;
  const most =
    error instanceof TooLong ? MOST_WRITTEN : error instanceof TooMany ? MOST_HELD : null;
  return (
    <div className="grid max-w-60 justify-items-end gap-1">
      <Button small icon="download" busy={keep.isPending} onClick={() => keep.mutate()}>
        {t('list.export')}
      </Button>
      {error && (
        <p role="alert" className="text-bad text-sm">
          {most ? t('list.tooLong', { n: most }) : why(error)}
        </p>
      )}
    </div>
  );
}
