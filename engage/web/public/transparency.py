"""How anybody can check us: the checkpoints of the record, the program that reads them, and proofs of receipt."""

from pathlib import Path

from flask import Response, abort, jsonify, render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovTextArea
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from engage import vault
from engage.queries import checkpoints
from engage.services import receipt_proof
from engage.services.checkpoints import text_of
from engage.web.public.blueprint import bp

_PROGRAM = Path(__file__).parents[3] / "deploy" / "verify_record.py"


class ProofForm(FlaskForm):
    """The lines of a proof, pasted or typed."""

    proof = TextAreaField(
        _l("The lines of the proof"),
        description=_l("All six of them. Spaces and line breaks do not matter."),
        widget=GovTextArea(),
        validators=[
            DataRequired(_l("Paste the lines that stand on the receipt under “Proof that we got your words”.")),
            Length(max=2000, message=_l("This is too long. Paste only the six lines of the proof.")),
        ],
    )


@bp.get("/transparency/checkpoints")
def list_checkpoints() -> ResponseReturnValue:
    return render_template("public/list_checkpoints.html", rows=checkpoints.newest(), public_key=vault.public_key())


@bp.get("/transparency/checkpoints/<int:number>.json")
def download_checkpoint(number: int) -> ResponseReturnValue:
    found = checkpoints.by_number(number)
    if found is None:
        abort(404)
    return _to_save(jsonify(text_of(found)), f"checkpoint-{number}.json")


@bp.get("/transparency/verify_record.py")
def download_verifier() -> ResponseReturnValue:
    return _to_save(Response(_PROGRAM.read_bytes(), mimetype="text/x-python"), "verify_record.py")


@bp.route("/transparency/receipt", methods=["GET", "POST"])
def check_receipt() -> ResponseReturnValue:
    form = ProofForm()
    if not form.validate_on_submit():
        return render_template("public/check_receipt.html", form=form), 422 if form.errors else 200
    found = receipt_proof.check(form.proof.data)
    return render_template("public/check_receipt.html", form=form, found=found, was_checked=True)


def _to_save(answer: Response, name: str) -> Response:
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
