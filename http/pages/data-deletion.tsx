import { type Deletion } from '../../adapters/postgres/data-deletion';
import { type Frame } from './frame';
import { Layout } from './layout';

/** What became of a request to delete data. @param deletion null: nobody knows the code */
export function DeletionPage({ frame, deletion }: { frame: Frame; deletion: Deletion | null }) {
  const { title, text, good } = textOf(deletion, frame.product);
  return (
    <Layout title={title} frame={frame}>
      <h1 class={good ? 'good' : 'bad'}>{title}</h1>
      <p>{text}</p>
    </Layout>
  );
}

function textOf(deletion: Deletion | null, product: string) {
  if (!deletion)
    return {
      title: 'This code is not known',
      text: 'Look whether the address is complete. Codes are kept for 90 days.',
      good: false,
    };
  const asked = dateOf(deletion.askedAt);
  if (deletion.finishedAt === null)
    return {
      title: 'Your data is being deleted',
      text: `You asked for it on ${asked}. Your account and your messages are no longer stored; the last traces in the log of what ${product} did are removed within a few hours.`,
      good: true,
    };
  return {
    title: 'Your data was deleted',
    text: `You asked for it on ${asked}. What ${product} had received from Instagram about your account was deleted by ${dateOf(deletion.finishedAt)}.`,
    good: true,
  };
}

function dateOf(at: number): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(at);
}
