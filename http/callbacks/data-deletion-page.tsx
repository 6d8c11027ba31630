import { type Deletion } from '../../adapters/postgres/integrations/data-deletion';
import { deletionText } from '../../core/text/owner-pages';
import { type Frame } from '../frame';
import { Layout } from '../owner/layout';

/** What became of a request to delete data. @param deletion null: nobody knows the code */
export function DeletionPage({ frame, deletion }: { frame: Frame; deletion: Deletion | null }) {
  const { title, text, good } = deletionText(deletion, frame.product);
  return (
    <Layout title={title} frame={frame}>
      <h1 class={good ? 'good' : 'bad'}>{title}</h1>
      <p>{text}</p>
    </Layout>
  );
}
