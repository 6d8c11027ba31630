import { sandbox, shop } from './sandbox';

const list = (token: string, limit = '2') => ({ fields: 'id,participants', limit, access_token: token });

test('in mode "data_array" an answer about one thing is the only entry of a list', async () => {
  const box = sandbox();
  const { token } = shop(box, 2);
  const me = { fields: 'username', access_token: token };
  const bare = (await box.get('/me', me)).body;
  box.simulator.setMode({ objectAnswers: 'data_array' });
  expect((await box.get('/me', me)).body).toEqual({ data: [bare] });
  expect((await box.get('/me/conversations', list(token))).body.data).toHaveLength(2);
});

test('in mode "next_only" a page has the address of the next one, and no cursors', async () => {
  const box = sandbox();
  const { token } = shop(box, 3);
  box.simulator.setMode({ paging: 'next_only' });
  const { paging } = (await box.get('/me/conversations', list(token))).body;
  expect(Object.keys(paging)).toEqual(['next']);
  expect(new URL(paging.next).searchParams.get('after')).toMatch(/^QVFI/);
});

test('who asks for more rows than the largest page has is asked to reduce', async () => {
  const box = sandbox();
  const { token } = shop(box, 3);
  box.simulator.setMode({ largestPage: 2 });
  const refused = await box.get('/me/conversations', list(token, '3'));
  expect([refused.status, refused.body.error]).toEqual([
    500,
    expect.objectContaining({ code: 1, message: expect.stringContaining('reduce the amount of data') }),
  ]);
  expect((await box.get('/me/conversations', list(token, '2'))).body.data).toHaveLength(2);
});

test('odd rows have their id, and nothing else', async () => {
  const box = sandbox();
  const { token } = shop(box, 2);
  box.simulator.setMode({ listRows: 'odd' });
  const { data } = (await box.get('/me/conversations', list(token))).body;
  expect(data[1]).toEqual({ id: expect.any(String), participants: null });
  expect(data[0].participants.data).toHaveLength(2);
});
