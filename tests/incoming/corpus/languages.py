"""What people and their programs write in eleven languages."""

from dataclasses import dataclass

SITE = "concerns@mine.example.net"


@dataclass(frozen=True)
class Language:
    """Words of a person, words of ours that they quote, and the lines that programs write around them."""

    own: str
    second: str
    ours: str
    gmail: str
    apple: str
    thunderbird: str
    yahoo: str
    outlook: tuple[str, str, str, str]
    original: str
    forwarded: str
    begin_forward: str
    sent_from: str


LANGUAGES = {
    "en": Language(
        "The dust came back on Monday.", "Nobody has called us yet.", "We write to you about your concern.",
        "On Mon, Jan 5, 2026 at 10:00 AM Concerns <{site}> wrote:",
        "On 5 Jan 2026, at 10:00, Concerns <{site}> wrote:", "On 05/01/2026 10:00, Concerns wrote:",
        "On Monday, January 5, 2026 at 10:00:00 AM GMT+1, Concerns <{site}> wrote:",
        ("From", "Sent", "To", "Subject"), "Original Message", "Forwarded message", "Begin forwarded message:",
        "Sent from my phone",
    ),
    "fr": Language(
        "La poussière est revenue lundi.", "Personne ne nous a appelés.",
        "Nous vous écrivons au sujet de votre plainte.",
        "Le lun. 5 janv. 2026 à 10:00, Concerns <{site}> a écrit :",
        "Le 5 janv. 2026 à 10:00, Concerns <{site}> a écrit :", "Le 05/01/2026 à 10:00, Concerns a écrit :",
        "Le lundi 5 janvier 2026 à 10:00:00 UTC+1, Concerns <{site}> a écrit :",
        ("De", "Envoyé", "À", "Objet"), "Message d'origine", "Message transféré", "Début du message transféré :",
        "Envoyé de mon téléphone",
    ),
    "es": Language(
        "El polvo volvió el lunes.", "Nadie nos ha llamado.", "Le escribimos sobre su queja.",
        "El lun, 5 ene 2026 a las 10:00, Concerns (<{site}>) escribió:",
        "El 5 ene 2026, a las 10:00, Concerns <{site}> escribió:", "El 05/01/2026 a las 10:00, Concerns escribió:",
        "El lunes, 5 de enero de 2026, 10:00:00 CET, Concerns <{site}> escribió:",
        ("De", "Enviado", "Para", "Asunto"), "Mensaje original", "Mensaje reenviado", "Inicio del mensaje reenviado:",
        "Enviado desde mi teléfono",
    ),
    "pt": Language(
        "A poeira voltou na segunda.", "Ninguém nos ligou ainda.", "Escrevemos sobre a sua queixa.",
        "Em seg., 5 de jan. de 2026 às 10:00, Concerns <{site}> escreveu:",
        "No dia 5 de jan. de 2026, às 10:00, Concerns <{site}> escreveu:", "Em 05/01/2026 10:00, Concerns escreveu:",
        "Em segunda-feira, 5 de janeiro de 2026 às 10:00:00 WET, Concerns <{site}> escreveu:",
        ("De", "Enviada em", "Para", "Assunto"), "Mensagem original", "Mensagem encaminhada",
        "Início da mensagem encaminhada:", "Enviado do meu telefone",
    ),
    "de": Language(
        "Der Staub ist seit Montag wieder da.", "Noch hat niemand angerufen.", "Wir schreiben wegen Ihres Anliegens.",
        "Am Mo., 5. Jan. 2026 um 10:00 Uhr schrieb Concerns <{site}>:",
        "Am 05.01.2026 um 10:00 schrieb Concerns <{site}>:", "Am 05.01.2026 um 10:00 schrieb Concerns:",
        "Am Montag, 5. Januar 2026 um 10:00:00 MEZ hat Concerns <{site}> Folgendes geschrieben:",
        ("Von", "Gesendet", "An", "Betreff"), "Ursprüngliche Nachricht", "Weitergeleitete Nachricht",
        "Anfang der weitergeleiteten Nachricht:", "Von meinem Telefon gesendet",
    ),
    "ru": Language(
        "Пыль вернулась в понедельник.", "Нам так и не позвонили.", "Пишем по поводу вашего обращения.",
        "пн, 5 янв. 2026 г. в 10:00, Concerns <{site}>:",
        "5 янв. 2026 г., в 10:00, Concerns <{site}> написал(а):", "05.01.2026 10:00, Concerns пишет:",
        "понедельник, 5 января 2026 г. в 10:00:00 GMT+3, Concerns <{site}> написал:",
        ("От", "Отправлено", "Кому", "Тема"), "Исходное сообщение", "Пересылаемое сообщение",
        "Начало переадресованного сообщения:", "Отправлено с телефона",
    ),
    "ar": Language(
        "عاد الغبار يوم الاثنين.", "لم يتصل بنا أحد.", "نكتب إليكم بشأن شكواكم.",
        "في الاثنين، 5 يناير 2026 في 10:00 ص تمت كتابة ما يلي بواسطة Concerns <{site}>:",
        "في ٥ يناير ٢٠٢٦، الساعة ١٠:٠٠ ص، كتب Concerns <{site}>:", "في 05/01/2026 10:00، كتب Concerns:",
        "في الاثنين، 5 يناير 2026 في 10:00:00 ص غرينتش+3، كتب Concerns <{site}>:",
        ("من", "تم الإرسال", "إلى", "الموضوع"), "الرسالة الأصلية", "رسالة معاد توجيهها",
        "بداية الرسالة المعاد توجيهها:",
        "أُرسلت من هاتفي",
    ),
    "zh": Language(
        "灰尘星期一又来了。", "还没有人给我们打电话。", "我们就您的投诉写信给您。",
        "Concerns <{site}> 于2026年1月5日周一 10:00写道：",
        "2026年1月5日 10:00，Concerns <{site}> 写道：", "在 2026/1/5 10:00, Concerns 写道:",
        "在 2026年1月5日星期一 GMT+8 10:00:00， Concerns <{site}> 写道：",
        ("发件人", "发送时间", "收件人", "主题"), "原始邮件", "转发的邮件", "开始转发的邮件：", "发自我的手机",
    ),
    "id": Language(
        "Debu datang lagi hari Senin.", "Tak ada yang menelepon kami.", "Kami menulis tentang keluhan Anda.",
        "Pada Sen, 5 Jan 2026 pukul 10.00 Concerns <{site}> menulis:",
        "Pada 5 Jan 2026, pukul 10.00, Concerns <{site}> menulis:", "Pada 05/01/2026 10.00, Concerns menulis:",
        "Pada Senin, 5 Januari 2026 pukul 10.00.00 WIB, Concerns <{site}> menulis:",
        ("Dari", "Dikirim", "Kepada", "Subjek"), "Pesan asli", "Pesan terusan", "Mulai pesan terusan:",
        "Dikirim dari ponsel saya",
    ),
    "sw": Language(
        "Vumbi limerudi Jumatatu.", "Hakuna aliyetupigia simu.", "Tunakuandikia kuhusu malalamiko yako.",
        "Mnamo Jtt, 5 Jan 2026 saa 10:00, Concerns <{site}> aliandika:",
        "Tarehe 5 Jan 2026, saa 10:00, Concerns <{site}> aliandika:", "Mnamo 05/01/2026 10:00, Concerns ameandika:",
        "Jumatatu, 5 Januari 2026 saa 10:00:00 EAT, Concerns <{site}> aliandika:",
        ("Kutoka", "Imetumwa", "Kwa", "Mada"), "Ujumbe asili", "Ujumbe uliosambazwa", "Ujumbe uliosambazwa:",
        "Imetumwa kutoka simu yangu",
    ),
    "it": Language(
        "La polvere è tornata lunedì.", "Nessuno ci ha chiamati.", "Le scriviamo per il suo reclamo.",
        "Il giorno lun 5 gen 2026 alle ore 10:00 Concerns <{site}> ha scritto:",
        "Il giorno 5 gen 2026, alle ore 10:00, Concerns <{site}> ha scritto:",
        "Il 05/01/2026 10:00, Concerns ha scritto:",
        "Il lunedì 5 gennaio 2026 alle ore 10:00:00 CET, Concerns <{site}> ha scritto:",
        ("Da", "Inviato", "A", "Oggetto"), "Messaggio originale", "Messaggio inoltrato", "Inizio messaggio inoltrato:",
        "Inviato da telefono",
    ),
}  # fmt: skip
