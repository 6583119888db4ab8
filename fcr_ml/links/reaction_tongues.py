"""Sentences that show what each reaction sounds like in Chinese, Swedish, Vietnamese,
German, Spanish and French.

Enters: nothing. Leaves: sentences by language and reaction. They say what some of the English
ones say; none is taken from a log.
"""

from __future__ import annotations

TONGUES: dict[str, dict[str, str]] = {
    "zh": {
        "still_broken": """
            还是不行，问题没有解决。
            我按照您说的做了，还是一样的错误。
            到现在还没有收到退款。
            找不到您说的那个选项。
            重启之后还是连不上。
            您的回答没有解决我的问题，请再帮我看看。
            """,
        "gives_asked_information": """
            这是您要的信息。
            订单号是 48213，五月三日下的单。
            截图已经附上了。
            是的，我用的是手机版，版本 12.4。
            没有，我没有改过任何设置。
            错误提示是：连接被拒绝，代码 504。
            """,
        "follow_on_question": """
            谢谢，可以了。另一个账户也是这样设置吗？
            退货需要我付运费吗？
            大概要多久才能到账？
            这样操作会不会丢失数据？
            还有一个问题，可以两个人同时用吗？
            有没有自动完成的办法？
            """,
        "thanks": """
            谢谢，解决了。
            非常感谢您的帮助。
            可以用了，多谢！
            好的，明白了，谢谢。
            问题已经解决，感谢快速回复。
            太好了，一切正常了。
            """,
        "new_issue": """
            现在又有一个新问题，打印机找不到了。
            这次是另外一个订单的事。
            之前的问题好了，但是今天又出现了别的故障。
            另外，我的合同上名字写错了。
            换个话题，我想改一下地址。
            还有一件别的事，优惠券用不了。
            """,
        "other": """
            请忽略我上一条消息。
            不好意思，发错地方了。
            我只是提个建议。
            那我等新版本出来再说吧。
            我已经取消订单了，不需要了。
            我觉得以前的设计更好看。
            """,
    },
    "sv": {
        "still_broken": """
            Det fungerar fortfarande inte.
            Jag har gjort som ni sa men felet är kvar.
            Jag har fortfarande inte fått pengarna tillbaka.
            Jag hittar inte den knappen ni skriver om.
            Tyvärr hjälpte det inte, samma felmeddelande kommer upp.
            Nu är det ännu värre, ingenting går att öppna.
            """,
        "gives_asked_information": """
            Här är uppgifterna ni bad om.
            Ordernumret är 48213 och jag beställde den tredje maj.
            Jag bifogar skärmbilden.
            Ja, jag använder appen i mobilen, version 12.4.
            Nej, jag har inte ändrat något i inställningarna.
            Felmeddelandet lyder: anslutning nekad, kod 504.
            """,
        "follow_on_question": """
            Tack, det gick bra. Hur gör jag för mitt andra konto?
            Måste jag betala för returen?
            Hur lång tid tar det innan pengarna kommer?
            Förlorar jag mina uppgifter om jag gör så?
            En fråga till: kan två personer använda det samtidigt?
            Finns det en guide för det?
            """,
        "thanks": """
            Tack, det löste sig.
            Tack så mycket för hjälpen!
            Nu fungerar det igen, tack.
            Toppen, allt är bra nu.
            Okej, då förstår jag, tack för svaret.
            Problemet är löst, ni kan stänga ärendet.
            """,
        "new_issue": """
            Nu har jag ett annat problem, skrivaren hittas inte.
            Det här gäller en annan beställning.
            Det gamla är löst men i dag kom ett nytt fel med kameran.
            Dessutom är namnet fel på mitt avtal.
            En helt annan sak, jag vill ändra min adress.
            Ett nytt ärende: värdekoden går inte att använda.
            """,
        "other": """
            Bortse från mitt förra meddelande.
            Ursäkta, det här skickade jag till fel ställe.
            Det var bara ett förslag.
            Jag väntar tills den nya versionen kommer.
            Jag har avbeställt, så det behövs inte längre.
            Jag tycker att den gamla designen var finare.
            """,
    },
    "vi": {
        "still_broken": """
            Vẫn không được, lỗi vẫn còn.
            Tôi đã làm theo hướng dẫn nhưng vẫn bị lỗi như cũ.
            Tôi vẫn chưa nhận được tiền hoàn lại.
            Tôi không tìm thấy mục mà bạn nói.
            Khởi động lại rồi mà vẫn không kết nối được.
            Câu trả lời không giải quyết được vấn đề của tôi.
            """,
        "gives_asked_information": """
            Đây là thông tin mà bạn yêu cầu.
            Mã đơn hàng là 48213, đặt ngày 3 tháng 5.
            Tôi gửi kèm ảnh chụp màn hình.
            Vâng, tôi dùng ứng dụng trên điện thoại, phiên bản 12.4.
            Không, tôi không thay đổi gì trong cài đặt.
            Thông báo lỗi là: kết nối bị từ chối, mã 504.
            """,
        "follow_on_question": """
            Cảm ơn, được rồi. Tài khoản kia thì làm thế nào?
            Tôi có phải trả phí đổi trả không?
            Bao lâu thì tiền về tài khoản?
            Làm vậy có bị mất dữ liệu không?
            Cho tôi hỏi thêm, hai người dùng cùng lúc được không?
            Có cách nào làm tự động không?
            """,
        "thanks": """
            Cảm ơn, được rồi ạ.
            Cảm ơn bạn rất nhiều vì đã giúp đỡ.
            Giờ đã dùng được, cảm ơn.
            Tuyệt vời, mọi thứ ổn rồi.
            Vâng, tôi hiểu rồi, cảm ơn bạn.
            Đã giải quyết xong, cảm ơn.
            """,
        "new_issue": """
            Giờ tôi gặp một vấn đề khác, không tìm thấy máy in.
            Lần này là về một đơn hàng khác.
            Lỗi cũ đã hết nhưng hôm nay lại có lỗi mới với máy ảnh.
            Ngoài ra hợp đồng của tôi ghi sai tên.
            Chuyện khác, tôi muốn đổi địa chỉ.
            Một việc mới: mã giảm giá không dùng được.
            """,
        "other": """
            Xin bỏ qua tin nhắn trước của tôi.
            Xin lỗi, tôi gửi nhầm chỗ.
            Tôi chỉ góp ý thôi.
            Tôi sẽ đợi đến khi có phiên bản mới.
            Tôi đã hủy đơn nên không cần nữa.
            Theo tôi thiết kế cũ đẹp hơn.
            """,
    },
    "de": {
        "still_broken": """
            Es funktioniert immer noch nicht.
            Ich habe alles so gemacht, aber der Fehler ist noch da.
            Die Erstattung ist bis heute nicht angekommen.
            Diesen Menüpunkt gibt es bei mir nicht.
            Leider hat das nicht geholfen, es kommt dieselbe Meldung.
            Ihre Antwort löst mein Problem nicht, bitte helfen Sie mir.
            """,
        "gives_asked_information": """
            Hier sind die gewünschten Angaben.
            Die Bestellnummer ist 48213, bestellt am 3. Mai.
            Den Screenshot habe ich angehängt.
            Ja, ich benutze die App auf dem Handy, Version 12.4.
            Nein, an den Einstellungen habe ich nichts geändert.
            Die Meldung lautet: Verbindung abgelehnt, Code 504.
            """,
        "follow_on_question": """
            Danke, das hat geklappt. Wie mache ich das bei meinem anderen Konto?
            Muss ich die Rücksendung bezahlen?
            Wie lange dauert es, bis das Geld da ist?
            Gehen dabei meine Daten verloren?
            Noch eine Frage: können zwei Personen es gleichzeitig nutzen?
            Gibt es dafür eine Anleitung?
            """,
        "thanks": """
            Danke, das hat geholfen.
            Vielen Dank für die schnelle Hilfe!
            Jetzt geht es wieder, danke.
            Super, alles in Ordnung.
            Verstanden, danke für die Erklärung.
            Das Problem ist gelöst, herzlichen Dank.
            """,
        "new_issue": """
            Jetzt habe ich ein anderes Problem, der Drucker wird nicht gefunden.
            Es geht diesmal um eine andere Bestellung.
            Das alte ist gelöst, aber heute gibt es einen neuen Fehler mit der Kamera.
            Außerdem steht in meinem Vertrag ein falscher Name.
            Ein anderes Thema: ich möchte meine Adresse ändern.
            Ein neues Anliegen: der Gutschein wird nicht angenommen.
            """,
        "other": """
            Bitte ignorieren Sie meine letzte Nachricht.
            Entschuldigung, das ging an die falsche Stelle.
            Das war nur ein Vorschlag.
            Ich warte, bis die neue Version erscheint.
            Ich habe storniert, es wird nicht mehr gebraucht.
            Meiner Meinung nach war das alte Design schöner.
            """,
    },
    "es": {
        "still_broken": """
            Sigue sin funcionar.
            Hice lo que me dijo pero el error continúa.
            Todavía no he recibido el reembolso.
            No encuentro la opción que usted menciona.
            Lamentablemente no ha servido, sale el mismo mensaje.
            Su respuesta no resuelve mi problema.
            """,
        "gives_asked_information": """
            Aquí tiene la información que me pidió.
            El número de pedido es 48213, lo hice el 3 de mayo.
            Adjunto la captura de pantalla.
            Sí, uso la aplicación en el móvil, versión 12.4.
            No, no he cambiado nada en la configuración.
            El mensaje dice: conexión rechazada, código 504.
            """,
        "follow_on_question": """
            Gracias, ya funciona. ¿Cómo lo hago con mi otra cuenta?
            ¿Tengo que pagar la devolución?
            ¿Cuánto tarda en llegar el dinero?
            ¿Perderé mis datos si hago eso?
            Otra pregunta: ¿pueden usarlo dos personas a la vez?
            ¿Hay una guía para eso?
            """,
        "thanks": """
            Gracias, ya está solucionado.
            Muchas gracias por su ayuda.
            Ya funciona, gracias.
            Perfecto, todo bien ahora.
            Entendido, gracias por la explicación.
            Problema resuelto, pueden cerrar el caso.
            """,
        "new_issue": """
            Ahora tengo otro problema, no encuentra la impresora.
            Esta vez se trata de otro pedido.
            Lo anterior está resuelto, pero hoy hay un fallo nuevo con la cámara.
            Además, el nombre del contrato está mal.
            Cambiando de tema, quiero modificar mi dirección.
            Un asunto nuevo: no se acepta el cupón.
            """,
        "other": """
            Por favor, ignore mi último mensaje.
            Perdón, lo envié al sitio equivocado.
            Era solo una sugerencia.
            Voy a esperar a que salga la nueva versión.
            He cancelado el pedido, ya no hace falta.
            En mi opinión el diseño anterior era más bonito.
            """,
    },
    "fr": {
        "still_broken": """
            Cela ne fonctionne toujours pas.
            J'ai suivi vos étapes mais l'erreur est toujours là.
            Je n'ai toujours pas reçu le remboursement.
            Je ne trouve pas le bouton dont vous parlez.
            Malheureusement rien n'a changé après le redémarrage.
            Votre réponse ne règle pas mon problème.
            """,
        "gives_asked_information": """
            Voici les informations que vous avez demandées.
            Le numéro de commande est 48213, passée le 3 mai.
            Je joins la capture d'écran.
            Oui, j'utilise l'application sur le téléphone, version 12.4.
            Non, je n'ai rien changé dans les réglages.
            Le message exact est : connexion refusée, code 504.
            """,
        "follow_on_question": """
            Merci, c'est bon. Comment faire pour mon autre compte ?
            Est-ce que je dois payer le retour ?
            Combien de temps faut-il pour être remboursé ?
            Est-ce que je vais perdre mes données ?
            Encore une question : deux personnes peuvent-elles l'utiliser ?
            Y a-t-il un guide pour cela ?
            """,
        "thanks": """
            Merci, c'est réglé.
            Merci beaucoup pour votre aide rapide.
            Ça marche maintenant, merci.
            Parfait, tout est rentré dans l'ordre.
            D'accord, j'ai compris, merci pour l'explication.
            Le problème est résolu, bonne journée.
            """,
        "new_issue": """
            Maintenant j'ai un autre problème, l'imprimante n'est plus trouvée.
            Cette fois il s'agit d'une autre commande.
            L'ancien souci est réglé, mais aujourd'hui l'appareil photo est en panne.
            De plus, le nom sur mon contrat est faux.
            Autre sujet, je voudrais changer mon adresse.
            Une nouvelle demande : le bon d'achat n'est pas accepté.
            """,
        "other": """
            Veuillez ignorer mon dernier message.
            Pardon, je l'ai envoyé au mauvais endroit.
            C'était seulement une suggestion.
            Je vais attendre que la nouvelle version sorte.
            J'ai annulé la commande, ce n'est plus nécessaire.
            À mon avis l'ancien design était plus joli.
            """,
    },
}
"""Sentences by language and reaction, one a line."""
