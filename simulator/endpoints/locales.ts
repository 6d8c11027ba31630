import { z } from 'zod';
import { type ErrorName } from '../catalogue';

/** The languages that error messages can be had in. */
export const Locale = z.enum(['en_US', 'pt_BR', 'zh_CN']);
export type Locale = z.infer<typeof Locale>;

/** Some messages in other languages: that there are such is known, their words are not. */
export const TRANSLATIONS: Record<Locale, Partial<Record<ErrorName, string>>> = {
  en_US: {},
  pt_BR: {
    token_expired:
      'Erro ao validar o token de acesso: a sessão expirou em {expiredOn}. O horário atual é {currentTime}.',
    token_password_changed:
      'Erro ao validar o token de acesso: a sessão foi invalidada porque o usuário alterou a senha ou o Facebook alterou a sessão por motivos de segurança.',
    token_deauthorized: 'Erro ao validar o token de acesso: o usuário não autorizou o aplicativo {appId}.',
    token_logged_out: 'Erro ao validar o token de acesso: a sessão é inválida porque o usuário saiu.',
    token_unparseable: 'Token de acesso OAuth inválido - não é possível analisar o token de acesso',
    window_closed: 'Esta mensagem foi enviada fora do período permitido.',
    person_unavailable: 'Esta pessoa não está disponível no momento.',
    recipient_missing: 'O usuário solicitado não foi encontrado',
    temporary: 'Ocorreu um erro inesperado. Tente novamente mais tarde.',
    app_request_limit: 'Limite de solicitações do aplicativo atingido',
  },
  zh_CN: {
    token_expired: '验证访问令牌时出错:会话已于{expiredOn}过期。当前时间为{currentTime}。',
    token_password_changed: '验证访问令牌时出错:由于用户更改了密码或出于安全原因更改了会话,会话已失效。',
    token_deauthorized: '验证访问令牌时出错:用户尚未授权应用 {appId}。',
    token_logged_out: '验证访问令牌时出错:由于用户已退出,会话无效。',
    token_unparseable: 'OAuth 访问令牌无效 - 无法解析访问令牌',
    window_closed: '此消息在允许的时间范围之外发送。',
    person_unavailable: '此人目前无法联系。',
    recipient_missing: '找不到请求的用户',
    temporary: '发生意外错误。请稍后重试。',
    app_request_limit: '已达到应用请求上限',
  },
};
