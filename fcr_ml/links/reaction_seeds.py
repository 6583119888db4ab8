"""Sentences that show what each reaction sounds like, in English.

Enters: nothing. Leaves: sentences by reaction, each with its language. All were written for
this purpose, in the wording of any contact centre and about no product in particular; none
is taken from a log.
"""

from __future__ import annotations

from fcr_ml.links.reaction_tongues import TONGUES

ENGLISH: dict[str, str] = {
    "still_broken": """
        It still does not work.
        I tried what you suggested and nothing has changed.
        That did not help, I get the same error as before.
        Unfortunately the problem is still there after the restart.
        I followed all the steps but it fails at the last one.
        The parcel has still not arrived and nobody has called me.
        I have not received the refund you promised last week.
        I already did that before I wrote to you, it made no difference.
        It worked for one day and now it is broken again.
        I cannot find the button you are talking about.
        There is no such option in my menu.
        The link you sent me leads to an empty page.
        I still cannot log in with the new password.
        My bill is still wrong, the fee has been charged once more.
        The technician came but the line is as slow as before.
        Your answer does not solve my problem.
        I do not understand these instructions, please explain them step by step.
        Same issue again this morning, please help.
        Now it is even worse, everything is gone.
        Nothing works, this is very frustrating.
        I did as told and now I see another error message.
        The replacement has the same fault as the first one.
        This is not what I asked, please read my question again.
        I have no idea how to do that, I am not good with these things.
        I waited two days as you said and it is still not active.
        It keeps asking me for the password over and over.
        The setting goes back to the old value every time.
        I do not have that page, mine looks different from what you describe.
        """,
    "gives_asked_information": """
        Here is the information you asked for.
        As requested, I attach the screenshot.
        My order number is 48213 and I ordered on the third of May.
        It is version 12.4 on Windows 11.
        Yes, I am using the app on my phone.
        No, I have not changed anything in the settings.
        The serial number is on the photo I attached.
        The exact message says: connection refused, code 504.
        I use the basic plan, and the router is model X20.
        It is a savings account, opened in 2019.
        You asked for the log, here it is.
        Attached you find the invoice and the receipt.
        Yes to both questions.
        The name on the contract is the same as on the card.
        It happens on both devices, only in the evening.
        I bought it in the shop in March and paid by card.
        Below is the text that you wanted me to copy.
        The address is unchanged and the postcode is correct.
        My operating system is up to date, no other program is running.
        To answer your question: it started after the last update.
        I do not get any error message, the window just closes.
        The incoming server is set to port 993, the outgoing one to 465.
        Only one user is affected, the others can sign in.
        The amount was 39.90 and it was taken on 2 June.
        We use three licences and all of them are registered.
        The provider is the local cable company.
        Model: TX-300, firmware 1.8.2, bought 2021.
        I answered no in the form because I have no second address.
        """,
    "follow_on_question": """
        Thanks, that worked. How do I do the same for my other account?
        Is there also a way to do this automatically?
        Will I have to pay for the return?
        How long does it take until the money is back?
        Before I do that, will I lose my data?
        Should I make a copy first?
        Can I use the same contract for my second home?
        What happens to my points if I cancel now?
        Does this also apply to business customers?
        Is it safe to install the new version now?
        Where can I read more about this?
        And can I change the delivery address as well?
        One more question: can two people use it at once?
        Is there a guide for that?
        Which of the two do you recommend?
        Do I need to tell my bank about this?
        Could you tell me when this will be available?
        What is the difference between the two plans?
        If I switch to the new plan, can I go back later?
        How can I check that it was done correctly?
        That solved the first part, but how do I remove the old card?
        Would it work on a tablet too?
        Can you also send me the invoice for last month?
        Do I have to do this again next year?
        So does that mean I do not need the second device any more?
        Is there another way without calling you?
        """,
    "thanks": """
        Thank you, that did it.
        Thanks a lot, it works now.
        Problem solved, many thanks.
        Great, everything is fine again.
        Perfect, that was exactly what I needed.
        Thank you for your quick help.
        Thanks, I will try that.
        Much appreciated, you saved my day.
        That fixed it, thanks so much!
        It is working again, you can close the case.
        I found the cause myself, it is solved now.
        Thanks for the explanation, now I understand.
        Got the parcel today, all good, thank you.
        The refund has arrived, thanks.
        Excellent support, thank you very much.
        Never mind, I got it to work.
        I did what you said and now it runs perfectly.
        OK, thank you for letting me know.
        Wonderful, the line is back and fast.
        Cheers, sorted.
        You were right, the cable was loose, thank you.
        Thank you both for your patience and help.
        Yes, that was it! All is well now.
        The update solved it for me.
        I switched it off and on, it came back by itself, thanks anyway.
        Thanks for the tip, I have done it another way and I am happy with it.
        Thank you for the link, that will help.
        Success! I could sign in at once.
        """,
    "new_issue": """
        I have another problem now: the printer is not found any more.
        Now something else has come up, my invoices are missing.
        This is about a different order.
        A new issue: since today the app closes by itself.
        Besides, my contract has a wrong name on it.
        The first matter is settled, but now the sound is gone.
        On another subject, I would like to cancel my newspaper.
        I also want to report that your website shows wrong prices.
        That is fine now, however a second fault has appeared.
        Separate question about my other phone, it does not charge.
        Unrelated to this, I was charged twice for the hotel.
        Next problem: the calendar is empty since yesterday.
        Thanks, solved. Now I have trouble with the card reader.
        While I am writing, the heating has also stopped.
        I have a different request today, please change my address.
        Something new happened: a stranger has used my card.
        Another matter, my colleague cannot open the door with her key.
        Now that this is done, the next thing is that the alarm goes off.
        I want to raise a second complaint about the delivery man.
        Different topic: the voucher is not accepted.
        A further fault since the repair: the lamp flickers.
        The old problem is gone, but today there is a new one with the camera.
        In addition my mailbox is full and I cannot delete anything.
        Please open a new case, the washing machine leaks.
        This time it concerns my travel insurance.
        And now the other account has stopped working too, with a different message.
        """,
    "other": """
        Please ignore my last message.
        Sorry, I sent this to the wrong place.
        I only wanted to give you my opinion.
        I do not agree with this policy, but that is how it is.
        I will wait until the new version comes out.
        I will be away next week and will look at it later.
        I decided to go back to the old plan instead.
        I have cancelled the order, so this is no longer needed.
        It was just a suggestion for the future.
        I hope somebody reads this and makes it better.
        Other companies offer this too, you should do the same.
        I wish you a happy new year.
        I am writing to confirm our appointment on Friday.
        I will let you know how it goes.
        I have too much to do at the moment, I will come back to it.
        In my view the old design was much nicer.
        This is a common wish, many people have said the same.
        I am going to use another product.
        For the record, I wrote this only to inform you.
        Let us leave it at that.
        You are welcome to publish my remark.
        I see your point, but I think it is a matter of taste.
        I am not blaming you, I know it is the company's decision.
        I have passed your message on to my husband.
        The bank says they will change their system at the end of March.
        I withdraw my complaint.
        """,
}
"""Sentences by reaction, one a line."""


def seed_sentences() -> list[tuple[str, str, str]]:
    """Give every seed as reaction, language and sentence, always in the same order.

    Examples
    --------
    >>> seed_sentences()[0]
    ('still_broken', 'en', 'It still does not work.')
    """
    by_language = {"en": ENGLISH, **TONGUES}
    return [
        (reaction, language, sentence.strip())
        for language, by_reaction in by_language.items()
        for reaction, sentences in by_reaction.items()
        for sentence in sentences.strip().splitlines()
    ]
